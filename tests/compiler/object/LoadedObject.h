//===- LoadedObject.h - An object file, opened by the system's loader
//------===//

#ifndef LLM_TESTS_COMPILER_OBJECT_LOADEDOBJECT_H
#define LLM_TESTS_COMPILER_OBJECT_LOADEDOBJECT_H

#include "runtime/lib/ObjectFormat.h"

#include "gtest/gtest.h"

#include <dlfcn.h>
#include <string>

namespace toy {

class LoadedObject {
public:
  explicit LoadedObject(const std::string &path,
                        const char *symbol = "llmrt_model_toy") {
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      ADD_FAILURE() << dlerror();
      return;
    }
    model =
        static_cast<const llmrt::ObjectDescriptor *>(dlsym(library, symbol));
    EXPECT_NE(model, nullptr) << dlerror();
  }
  LoadedObject(const LoadedObject &) = delete;
  ~LoadedObject() {
    if (library)
      dlclose(library);
  }

  explicit operator bool() const { return model; }
  const llmrt::ObjectDescriptor *operator->() const { return model; }

  const uint8_t *weights() const {
    return reinterpret_cast<const uint8_t *>(model) + model->weightsOffset;
  }

  /// Runs the first level's step on one float and its weights.
  float step(float input) const {
    float output = 0;
    void *arguments[] = {&input, &output};
    llmrt::StepContext context{};
    context.arguments = arguments;
    context.weights = weights();
    context.threads = 1;
    model->levels[0].step(&context, 0);
    return output;
  }

private:
  void *library = nullptr;
  const llmrt::ObjectDescriptor *model = nullptr;
};

} // namespace toy

#endif // LLM_TESTS_COMPILER_OBJECT_LOADEDOBJECT_H
