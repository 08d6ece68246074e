//===- WireScan.cpp - A bounded first look at an ONNX file ----------------===//
//
// See WireScan.h. Messages are described by MessageTable.h; tensors are read by
// TensorScan.h.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/WireScan.h"

#include "frontends/ErrorText.h"
#include "frontends/Limits.h"
#include "frontends/onnx/MessageTable.h"
#include "frontends/onnx/TensorScan.h"
#include "frontends/onnx/Wire.h"

namespace llm::onnx {

namespace {

class Scan {
public:
  Scan(ScanPurpose purpose, const ExternalResolver &resolve,
       ScannedModel &model, std::string &error)
      : purpose(purpose), resolve(resolve), model(model), error(error) {}

  /// Copies what matters of the message at `from` behind `to`.
  bool copy(Message message, WireReader from, unsigned depth, std::string &to) {
    if (depth > limits::kMaxOnnxDepth)
      return fail(from.place(), std::string(messageName(message)) +
                                    " is nested " + std::to_string(depth) +
                                    " deep; accepted: at most " +
                                    std::to_string(limits::kMaxOnnxDepth));
    if (message == Message::Node && ++nodes > limits::kMaxOnnxNodes)
      return fail(from.place(), "the model has more than " +
                                    std::to_string(limits::kMaxOnnxNodes) +
                                    " nodes; not supported yet");
    uint64_t seen = 0;
    while (!from.done()) {
      const uint64_t place = from.place();
      uint32_t number;
      WireType type;
      if (!from.tag(number, type))
        return damaged(message, from, place);
      Field field = fieldOf(message, number);
      if (field.kind == Field::Dropped) {
        if (!from.skip(type))
          return damaged(message, from, place);
        continue;
      }
      if (!isOfType(field.kind, type))
        return fail(place, std::string("field ") + std::to_string(number) +
                               " of " + messageName(message) +
                               " is written as wire type " +
                               std::to_string(unsigned(type)) +
                               ", which is none of its own");
      if (field.kind == Field::One) {
        if (seen >> number & 1)
          return fail(place, std::string("field ") + std::to_string(number) +
                                 " of " + messageName(message) +
                                 " occurs twice");
        seen |= uint64_t(1) << number;
      }
      if (!copyField(message, number, field, type, from, depth, to))
        return error.empty() ? damaged(message, from, place) : false;
      if (to.size() > limits::kMaxOnnxModelBytes)
        return fail(place, "the model without its large tensors has more "
                           "than " +
                               std::to_string(limits::kMaxOnnxModelBytes) +
                               " bytes; not supported yet");
    }
    return true;
  }

private:
  static bool isOfType(Field::Kind kind, WireType type) {
    switch (kind) {
    case Field::Number:
      return type == WireType::Varint;
    case Field::Float:
      return type == WireType::Fixed32;
    case Field::Numbers:
      return type == WireType::Varint || type == WireType::Bytes;
    case Field::Floats:
      return type == WireType::Fixed32 || type == WireType::Bytes;
    default:
      return type == WireType::Bytes;
    }
  }

  bool fail(uint64_t place, const std::string &what) {
    error = "byte " + std::to_string(place) + ": " + what;
    return false;
  }
  bool damaged(Message message, const WireReader &from, uint64_t place) {
    return fail(place, std::string(messageName(message)) + " holds " +
                           (from.fault() ? from.fault() : "damaged data"));
  }

  /// Names, texts and messages are what takes memory beyond their bytes.
  bool count(uint64_t place) {
    if (++fields <= limits::kMaxOnnxFields)
      return true;
    return fail(place, "the model has more than " +
                           std::to_string(limits::kMaxOnnxFields) +
                           " names and messages; not supported yet");
  }

  /// False with `error`, or with a fault of `from`.
  bool copyField(Message message, uint32_t number, Field field, WireType type,
                 WireReader &from, unsigned depth, std::string &to) {
    const uint64_t place = from.place();
    uint64_t value;
    uint32_t half;
    std::string_view text;
    if (type == WireType::Varint) {
      if (!from.varint(value))
        return false;
      writeVarint(to, number, value);
      return true;
    }
    if (type == WireType::Fixed32) {
      if (!from.fixed32(half))
        return false;
      writeTag(to, number, type);
      to.append(reinterpret_cast<const char *>(&half), sizeof(half));
      return true;
    }
    WireReader inner;
    if (!from.message(inner) || !count(place))
      return false;
    text = inner.rest();
    switch (field.kind) {
    case Field::Name:
      if (text.size() > limits::kMaxOnnxName)
        return fail(place, std::string("a name in ") + messageName(message) +
                               " has " + std::to_string(text.size()) +
                               " bytes; accepted: at most " +
                               std::to_string(limits::kMaxOnnxName));
      writeBytes(to, number, text);
      return true;
    case Field::Text:
      writeBytes(to, number, text);
      return true;
    case Field::Numbers:
      while (!inner.done())
        if (!inner.varint(value))
          return fail(inner.place(), std::string(messageName(message)) +
                                         " holds " + inner.fault());
      writeBytes(to, number, text);
      return true;
    case Field::Floats:
      if (text.size() % 4)
        return fail(place, std::string("field ") + std::to_string(number) +
                               " of " + messageName(message) + " has " +
                               std::to_string(text.size()) +
                               " bytes, which are no whole number of floats");
      writeBytes(to, number, text);
      return true;
    default:
      break;
    }
    std::string copied;
    bool good =
        field.message == Message::Tensor
            ? copyTensor(inner, message == Message::SparseTensor, copied)
            : copy(field.message, inner, depth + 1, copied);
    if (!good)
      return false;
    writeBytes(to, number, copied);
    return true;
  }

  bool copyTensor(WireReader from, bool isSparse, std::string &to) {
    ScannedTensor tensor;
    if (!tensor.read(from, error))
      return false;
    fields += tensor.texts;
    if (!count(from.place()))
      return false;
    const uint8_t *data = nullptr;
    if (tensor.isExternal) {
      if (!resolve)
        return fail(from.place(),
                    "tensor " + quoteName(tensor.source.name) +
                        " lies in another file; accepted: data in the model");
      std::string reason;
      if (!resolve(tensor.external, tensor.bytes, tensor.source.file,
                   tensor.source.offset, data, reason))
        return fail(from.place(),
                    "tensor " + quoteName(tensor.source.name) + ": " + reason);
    }
    // A sparse tensor's parts must fit each other, which the checker looks at.
    bool isLarge = !isSparse && !tensor.isText &&
                   tensor.bytes > limits::kMaxOnnxConstantBytes;
    if (!isLarge) {
      if (tensor.bytes > limits::kMaxOnnxModelBytes)
        return fail(from.place(), "sparse tensor " +
                                      quoteName(tensor.source.name) +
                                      " is too large; not supported yet");
      tensor.write(to, data);
    } else if (purpose == ScanPurpose::Check) {
      tensor.writeEmpty(to);
    } else {
      tensor.writeReference(to, model.tensors.size());
      model.tensors.push_back(std::move(tensor.source));
    }
    return true;
  }

  ScanPurpose purpose;
  const ExternalResolver &resolve;
  ScannedModel &model;
  std::string &error;
  uint64_t nodes = 0, fields = 0;
};

} // namespace

bool scanModel(std::string_view file, ScanPurpose purpose,
               const ExternalResolver &resolve, ScannedModel &model,
               std::string &error) {
  error.clear();
  model.bytes.clear();
  model.tensors.clear();
  Scan scan(purpose, resolve, model, error);
  return scan.copy(Message::Model, WireReader(file), 1, model.bytes);
}

bool looksLikeModel(std::string_view file) {
  // ir_version comes first in what every writer makes of a model.
  WireReader reader(file);
  uint32_t field;
  WireType type;
  uint64_t version;
  bool named = false;
  if (!reader.tag(field, type) || field != 1 || type != WireType::Varint ||
      !reader.varint(version) || version == 0 || version > 1000)
    return false;
  // Behind it, fields of a model up to one that only a model has.
  for (unsigned i = 0; i < 64 && !reader.done() && !named; ++i) {
    std::string_view text;
    if (!reader.tag(field, type))
      return false;
    named = (field == 7 || field == 8) && type == WireType::Bytes;
    bool known = field == 5 ? type == WireType::Varint
                            : field < 32 && type == WireType::Bytes;
    if (!named && (!known || !reader.skip(type)))
      return false;
  }
  return named;
}

} // namespace llm::onnx
