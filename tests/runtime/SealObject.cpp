//===- SealObject.cpp - Fill in what the compiler fills in ----------------===//
//
// SealObject FILE...: puts the toy's tokenizer and template into toy objects
// and sets weightsOffset and both digests, as llm-compile does once it has
// written the weights.
//
//===----------------------------------------------------------------------===//

#include "tests/runtime/ObjectEditor.h"
#include "tests/runtime/ToyText.h"

#include <cstdio>

using namespace llmrt;

int main(int count, char **paths) {
  for (int index = 1; index < count; ++index) {
    ObjectEditor object;
    if (!object.load(paths[index]) ||
        !object.fillRoom(offsetof(ObjectDescriptor, tokenizer),
                         compileToyTokenizer()) ||
        !object.fillRoom(offsetof(ObjectDescriptor, chatTemplate),
                         compileToyTemplate()) ||
        !object.seal() || !object.store(paths[index])) {
      fprintf(stderr, "%s: %s\n", paths[index], llmrt_last_error());
      return 1;
    }
  }
  return 0;
}
