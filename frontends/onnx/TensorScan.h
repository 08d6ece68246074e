//===- TensorScan.h - A TensorProto, examined -----------------------------===//
//
// Its type, its shape, and in which of ONNX's four ways its elements are there:
// raw bytes, a repeated field of numbers, texts, or another file. A tensor that
// passes has exactly the elements that its shape asks for.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_TENSORSCAN_H
#define LLM_FRONTENDS_ONNX_TENSORSCAN_H

#include "frontends/onnx/Wire.h"
#include "frontends/onnx/WireScan.h"

namespace llm::onnx {

struct ScannedTensor {
  SourceTensor source{}; ///< of external data, file and offset come later
  bool isExternal = false;
  bool isText = false; ///< strings: source.type, offset and bytes mean nothing
  ExternalEntry external;
  uint64_t bytes = 0; ///< that shape and type need as raw data
  uint64_t texts = 0; ///< how many

  /// False with `error`.
  bool read(WireReader message, std::string &error);

  /// The tensor as a message. `data` is where external data are mapped.
  void write(std::string &to, const uint8_t *data) const;
  /// The tensor with the 8 bytes of `reference` as its raw data.
  void writeReference(std::string &to, uint64_t reference) const;
  /// The tensor's type and name without elements.
  void writeEmpty(std::string &to) const;

private:
  bool readField(WireReader &from, uint32_t field, WireType type);
  bool readExternal(WireReader entry, std::string &reason);
  bool check(std::string &reason);
  void writeHead(std::string &to, bool shaped) const;

  uint64_t dataType = 0;
  WireReader message;
  std::string_view raw;
  bool hasRaw = false, hasLocation = false, hasSegment = false;
  bool hasData[16] = {};    ///< by field
  uint64_t numbers = 0;     ///< of the typed fields together
  std::string_view onlyRun; ///< a packed run, if there is but one
  uint64_t runs = 0;
  std::string reason;
};

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_TENSORSCAN_H
