//===- MessageTable.h - The messages of an ONNX file ----------------------===//
//
// What of onnx.proto (IR version 14) the scan needs to know: which fields a
// message has, how each is written, and whether a compiler has use for it.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_MESSAGETABLE_H
#define LLM_FRONTENDS_ONNX_MESSAGETABLE_H

#include <cstdint>

namespace llm::onnx {

enum class Message : uint8_t {
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  SparseTensor,
  ValueInfo,
  Type,
  TensorType,
  ElementType, ///< of a sequence or an optional
  MapType,
  OpaqueType,
  Shape,
  Dimension,
  OpsetId,
  Function,
};

struct Field {
  enum Kind : uint8_t {
    Dropped, ///< unknown, or of no use
    Number,  ///< a varint
    Numbers, ///< varints, one by one or packed
    Float,   ///< fixed32
    Floats,  ///< fixed32, one by one or packed
    Name,    ///< a short text
    Text,    ///< any bytes
    One,     ///< a message, at most once
    Many,    ///< messages
  } kind = Dropped;
  Message message = Message::Model; ///< of One and Many
};

/// "GraphProto"
const char *messageName(Message message);

/// What field `number` of `message` is.
Field fieldOf(Message message, uint32_t number);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_MESSAGETABLE_H
