//===- decode-steadily.c - Many tokens without an allocation --------------===//
//
// usage: decode-steadily MODEL TOKENS
//
// Defines malloc and its kin to count what steps ask for. Answers four prompts
// at a time until the contexts are full, again and again.
//
//===----------------------------------------------------------------------===//

#include "llmrt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static unsigned long asked;
void *malloc(size_t n) { return ++asked, __libc_malloc(n); }
void *calloc(size_t n, size_t m) { return ++asked, __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return ++asked, __libc_realloc(p, n); }
void *memalign(size_t a, size_t n) { return ++asked, __libc_memalign(a, n); }
void *aligned_alloc(size_t a, size_t n) { return memalign(a, n); }
int posix_memalign(void **p, size_t a, size_t n) {
  return (*p = memalign(a, n)) ? 0 : ENOMEM;
}

static unsigned long private_kilobytes(void) {
  static char text[4096]; // no stdio, which would allocate
  unsigned long kilobytes = 0;
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  size_t count = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
  if (file)
    fclose(file);
  text[count] = 0;
  const char *line = strstr(text, "Anonymous:");
  if (line)
    sscanf(line, "Anonymous: %lu", &kilobytes);
  return kilobytes;
}

static void check(llmrt_status status) {
  if (status == LLMRT_OK)
    return;
  fprintf(stderr, "decode-steadily: %s\n", llmrt_last_error());
  exit(1);
}

static unsigned long tokens, allocations;
static int32_t count(void *user, const llmrt_event *event) {
  (void)user;
  tokens += event->token >= 0;
  return 0;
}

/// Answers four prompts; `allocations` grows by what its steps ask for.
static void round_of_answers(llmrt_engine *engine) {
  static const int32_t prompt[] = {1, 2, 3, 4, 5};
  llmrt_request_options options = {0};
  options.sampling.temperature = 1.0f;
  options.sampling.top_k = 20;
  options.ignore_end = options.no_text = 1;
  options.callback = count;
  for (int i = 0; i < 4; ++i) {
    llmrt_request request;
    options.sampling.seed = tokens + i;
    check(llmrt_engine_submit(engine, prompt, 5, &options, &request));
  }
  check(llmrt_engine_step(engine, NULL)); // starts all of them
  unsigned long before = asked;
  for (uint32_t left = 1; left;)
    check(llmrt_engine_step(engine, &left));
  allocations += asked - before;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  llmrt_model *model;
  llmrt_engine *engine;
  check(llmrt_open(argv[1], NULL, &model));
  llmrt_engine_options options = {0};
  options.threads = 1;
  options.sequences = 4;
  check(llmrt_engine_create(model, &options, &engine));
  round_of_answers(engine); // touches every page once
  private_kilobytes();
  unsigned long kilobytes = private_kilobytes();
  tokens = allocations = 0;
  while (tokens < strtoul(argv[2], NULL, 10))
    round_of_answers(engine);
  printf("%lu tokens, %lu allocations, %ld KiB more\n", tokens, allocations,
         (long)(private_kilobytes() - kilobytes));
  llmrt_engine_destroy(engine);
  llmrt_close(model);
  return 0;
}
