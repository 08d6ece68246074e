//===- ExternalData.h - Tensor data beside a model ------------------------===//
//
// A model may name files that hold its tensors' data. It can name any file, so
// only regular ones beneath the model's own folder are opened, on a way without
// links that the kernel itself vouches for: neither "..", an absolute path, a
// symbolic link nor a second hard link lets a model read what is not its own.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_EXTERNALDATA_H
#define LLM_FRONTENDS_ONNX_EXTERNALDATA_H

#include "frontends/onnx/WireScan.h"

namespace llm::onnx {

class ExternalData {
public:
  /// Files that are found are put behind `source.files`.
  ExternalData(const std::string &modelPath, WeightSource &source);
  ~ExternalData();
  ExternalData(const ExternalData &) = delete;
  ExternalData &operator=(const ExternalData &) = delete;

  /// See ExternalResolver.
  bool resolve(const ExternalEntry &entry, uint64_t bytes, uint32_t &file,
               uint64_t &offset, const uint8_t *&data, std::string &error);

private:
  bool open(const std::string &location, uint32_t &file, std::string &error);

  WeightSource &source;
  std::string folderPath;
  int folder = -1;
  std::map<std::string, uint32_t> opened; ///< by location
};

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_EXTERNALDATA_H
