//===- WireScan.h - A bounded first look at an ONNX file ------------------===//
//
// Goes once over the mapped file, before protobuf sees any of it: checks wire
// types, lengths, depth and counts, and writes the model anew without what is
// of no use to a compiler (texts, training) and without the data of large
// tensors, of which it keeps the place. So weights are streamed from the file
// when they are packed and never copied by protobuf, and a file may be larger
// than the 2 GB that protobuf can read.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_WIRESCAN_H
#define LLM_FRONTENDS_ONNX_WIRESCAN_H

#include "frontends/Checkpoint.h"

#include <functional>
#include <string_view>

namespace llm::onnx {

/// Where a tensor says its data lie.
struct ExternalEntry {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

/// Finds `bytes` bytes of external data: their file (an index into
/// WeightSource::files), their offset in it and, for a start, where it is
/// mapped. False with `error`, which names the location.
using ExternalResolver = std::function<bool(
    const ExternalEntry &entry, uint64_t bytes, uint32_t &file,
    uint64_t &offset, const uint8_t *&data, std::string &error)>;

enum class ScanPurpose {
  /// Large tensors hold their number in `ScannedModel::tensors`, 8 bytes,
  /// little-endian, as raw data. No other tensor has raw data of another size
  /// than its shape and type need, so none can be mistaken for one.
  Import,
  /// Large tensors have no elements: libonnx's checker compares shapes with
  /// what is there.
  Check,
};

struct ScannedModel {
  std::string bytes; ///< a ModelProto
  std::vector<SourceTensor> tensors;
};

/// Scans the file's bytes, which become file 0 of the tensors. False with
/// `error`: the byte, what was found there and what would be accepted. Without
/// a resolver, external data are refused.
bool scanModel(std::string_view file, ScanPurpose purpose,
               const ExternalResolver &resolve, ScannedModel &model,
               std::string &error);

/// The type of TensorProto's number `dataType`; nothing for texts and for types
/// that are unknown.
std::optional<SourceType> sourceTypeOf(uint64_t dataType);
constexpr uint64_t kStringType = 8;

/// Whether the bytes begin as a ModelProto does. Files have no other mark.
bool looksLikeModel(std::string_view file);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_WIRESCAN_H
