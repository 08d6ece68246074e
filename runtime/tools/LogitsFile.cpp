//===- LogitsFile.cpp - Logits as a safetensors file ----------------------===//

#include "runtime/tools/LogitsFile.h"

#include "runtime/tools/Handles.h"

#include <fstream>
#include <nlohmann/json.hpp>

void llmrt::tools::writeLogits(const std::string &path,
                               const std::vector<float> &logits,
                               uint64_t vocabulary) {
  uint64_t bytes = logits.size() * sizeof(float);
  nlohmann::json header = {
      {"logits",
       {{"dtype", "F32"},
        {"shape", {logits.size() / vocabulary, vocabulary}},
        {"data_offsets", {0, bytes}}}}};
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  uint64_t length = text.size();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char *>(&length), sizeof length);
  file.write(text.data(), text.size());
  file.write(reinterpret_cast<const char *>(logits.data()), bytes);
  file.close();
  if (!file)
    throw Failure(path + ": cannot be written");
}
