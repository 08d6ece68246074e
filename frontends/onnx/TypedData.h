//===- TypedData.h - Elements that a TensorProto lists as numbers ---------===//
//
// Beside raw bytes, ONNX lets a tensor list its elements as a repeated field:
// float_data, int32_data, int64_data, double_data or uint64_data. Varints have
// no fixed place, so such a tensor is decoded from its first byte on, some
// elements at a time.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_TYPEDDATA_H
#define LLM_FRONTENDS_ONNX_TYPEDDATA_H

#include "frontends/Checkpoint.h"
#include "frontends/onnx/Wire.h"

namespace llm::onnx {

/// The field of TensorProto that lists elements of `type`.
uint32_t typedField(SourceType type);

/// Numbers that the field holds for `count` elements; nothing if that does not
/// fit. Elements below 8 bits share a number as they share a byte.
std::optional<uint64_t> typedNumbers(SourceType type, uint64_t count);

class TypedData {
public:
  /// `message` is a TensorProto.
  TypedData(WireReader message, SourceType type);

  /// Writes up to `count` elements to `to`, as they lie in memory
  /// (PlainTensor.h). Less than `count` at the end, or where the message is
  /// damaged.
  uint64_t read(uint8_t *to, uint64_t count);

private:
  bool next(uint64_t &number);

  WireReader message, run;
  SourceType type;
  uint32_t field;
  uint64_t shared = 0; ///< a number some of whose elements were not read yet
  unsigned sharedLeft = 0; ///< how many
};

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_TYPEDDATA_H
