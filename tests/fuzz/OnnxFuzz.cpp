//===- OnnxFuzz.cpp - Any bytes as an ONNX model --------------------------===//
//
// The scan on any bytes, then protobuf on what it lets through, which must
// always be a model: nothing of an untrusted file reaches protobuf otherwise.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/TypedData.h"
#include "frontends/onnx/WireScan.h"

#include "onnx/onnx_pb.h"

#include <cstdlib>

using namespace llm;
using namespace llm::onnx;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view file(reinterpret_cast<const char *>(data), size);
  looksLikeModel(file);
  // Tensors so large that they are decoded later are larger than most inputs.
  for (uint64_t dataType = 1; dataType < 27; ++dataType)
    if (std::optional<SourceType> type = sourceTypeOf(dataType)) {
      std::vector<uint8_t> elements(64 * 16);
      TypedData(WireReader(file), *type).read(elements.data(), 64);
    }
  for (ScanPurpose purpose : {ScanPurpose::Check, ScanPurpose::Import}) {
    ScannedModel model;
    std::string error;
    bool good = scanModel(file, purpose, nullptr, model, error);
    if (good != error.empty())
      std::abort();
    if (!good)
      return 0;
    for (const SourceTensor &tensor : model.tensors) {
      if (tensor.offset > size || tensor.bytes > size - tensor.offset)
        std::abort();
    }
    ::onnx::ModelProto proto;
    if (!proto.ParseFromString(model.bytes))
      std::abort();
  }
  return 0;
}
