//===- use-memory.c - What running a model takes, by real use -------------===//
//
// usage: use-memory MODEL THREADS SEQUENCES
//
// Fills every sequence up to the model's context, with prompts in whole chunks
// and an answer sampled from all of the vocabulary. Prints the contract and the
// private memory that the process has in use more than before, in bytes.
//
//===----------------------------------------------------------------------===//

#include "llmrt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long private_bytes(void) {
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  char line[256];
  unsigned long long kilobytes = 0;
  while (file && fgets(line, sizeof(line), file))
    if (sscanf(line, "Anonymous: %llu", &kilobytes) == 1)
      break;
  if (file)
    fclose(file);
  return kilobytes * 1024;
}

static void check(llmrt_status status) {
  if (status == LLMRT_OK)
    return;
  fprintf(stderr, "use-memory: %s\n", llmrt_last_error());
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  private_bytes(); // takes a buffer of stdio's
  unsigned long long before = private_bytes(), after;

  llmrt_model *model;
  check(llmrt_open(argv[1], NULL, &model));
  llmrt_engine_options options = {0};
  options.threads = atoi(argv[2]);
  options.sequences = atoi(argv[3]);
  llmrt_memory memory;
  check(llmrt_memory_contract(model, &options, &memory));
  llmrt_engine *engine;
  check(llmrt_engine_create(model, &options, &engine));
  llmrt_model_info info;
  llmrt_model_get_info(model, &info);

  // The prompts' ids are this program's own memory: static.
  static int32_t prompt[1 << 16];
  // No answer ends before the last prompt has been read, as long as a step
  // takes more rows than there are sequences.
  size_t tokens = info.max_context / 2;
  if (tokens > sizeof(prompt) / sizeof(*prompt))
    return 3;
  llmrt_request_options answer = {0};
  answer.sampling.temperature = 1.0f;
  answer.sampling.top_k = 40;
  answer.sampling.top_p = 0.95f;
  answer.sampling.repetition_penalty = 1.1f;
  answer.ignore_end = answer.no_text = 1;
  for (uint32_t i = 0; i < options.sequences; ++i) {
    llmrt_request request;
    for (size_t t = 0; t < tokens; ++t)
      prompt[t] = (int32_t)((t * 7 + i) % info.vocab_size);
    check(llmrt_engine_submit(engine, prompt, tokens, &answer, &request));
  }
  for (uint32_t left = 1; left;)
    check(llmrt_engine_step(engine, &left));
  after = private_bytes() - (tokens * 4 / 4096 + 1) * 4096;
  printf("contract %llu\nused %llu\n", (unsigned long long)memory.private_bytes,
         after - before);
  llmrt_engine_destroy(engine);
  llmrt_close(model);
  return 0;
}
