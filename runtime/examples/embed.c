//===- embed.c - Ask a compiled model a question --------------------------===//
//
//   cc embed.c libllmrt.a -lm -o embed && ./embed "Who are you?" model.so
//
// opens objects at run time, any number of them at once. To have a model as part
// of the program, name its symbol and put the object among the inputs:
//
//   cc -DLINKED=llmrt_model_smollm2 embed.c ./smollm2.so libllmrt.a -lm -o embed
//
//===----------------------------------------------------------------------===//

#include <llmrt.h>

#include <stdio.h>

#ifdef LINKED
extern const llmrt_object LINKED;
#endif

static int32_t print(void *user, const llmrt_event *event) {
  (void)user;
  fwrite(event->text, 1, event->text_bytes, stdout);
  return fflush(stdout); // anything but 0 ends the answer
}

static llmrt_status answer(llmrt_model *model, const char *question) {
  llmrt_engine *engine = NULL;
  llmrt_session *session = NULL;
  llmrt_message message = {"user", question};
  llmrt_request_options options = {.max_tokens = 200, .callback = print};
  llmrt_status status = llmrt_engine_create(model, NULL, &engine);
  if (status == LLMRT_OK)
    status = llmrt_session_create(engine, &session);
  if (status == LLMRT_OK)
    status = llmrt_session_chat(session, &message, 1, &options, NULL);
  printf("\n");
  llmrt_session_destroy(session); // null is fine
  llmrt_engine_destroy(engine);
  return status;
}

int main(int count, char **arguments) {
  const char *question = count > 1 ? arguments[1] : "Hello!";
  llmrt_model *models[8] = {NULL};
  int opened = 0;
  llmrt_status status = LLMRT_OK;
#ifdef LINKED
  status = llmrt_open_linked(&LINKED, NULL, &models[opened++]);
#endif
  for (int i = 2; i < count && opened < 8 && status == LLMRT_OK; ++i)
    status = llmrt_open(arguments[i], NULL, &models[opened++]);
  for (int i = 0; i < opened && status == LLMRT_OK; ++i)
    status = answer(models[i], question);
  if (status != LLMRT_OK)
    fprintf(stderr, "%s\n", llmrt_last_error());
  for (int i = 0; i < opened; ++i)
    llmrt_close(models[i]);
  return status;
}
