//===- UnsupportedOps.h - All that a model asks and we cannot --*- C++ -*-===//
//
// One list of a model's ops that have neither a lowering nor a function body,
// with counts and the first nodes' names, instead of one error an attempt.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_FRONTENDS_ONNX_IMPORTER_UNSUPPORTEDOPS_H
#define LLM_FRONTENDS_ONNX_IMPORTER_UNSUPPORTEDOPS_H

#include "frontends/onnx/importer/Importer.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace llm::onnx {

struct Schema;

/// Ops that the importer makes something else of.
bool isZipMap(const Schema &schema);
bool isGradient(const Schema &schema);

class UnsupportedOps {
public:
  /// `version` is the op's since_version, or 0 if no schema has it in the
  /// opset that is imported.
  void add(const std::string &domain, const std::string &type, int version,
           int64_t opset, const std::string &node);
  bool empty() const { return ops.empty(); }
  std::string text() const;

private:
  struct Entry {
    uint64_t count = 0;
    std::vector<std::string> nodes; ///< the first few
  };
  std::map<std::string, Entry> ops; ///< by what is said of them
};

/// What of a model has no schema, or by `options` no lowering nor function
/// body. Whether a body that depends on types exists, and what its ops are, is
/// only known when it is expanded.
UnsupportedOps findUnsupported(const ::onnx::ModelProto &model,
                               const OnnxImportOptions &options);

} // namespace llm::onnx

#endif // LLM_FRONTENDS_ONNX_IMPORTER_UNSUPPORTEDOPS_H
