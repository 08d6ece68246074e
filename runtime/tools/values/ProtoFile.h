//===- ProtoFile.h - Values as ONNX's test data has them --------*- C++ -*-===//
//
// Files that hold one TensorProto, SequenceProto or OptionalProto of
// onnx.proto.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_TOOLS_VALUES_PROTOFILE_H
#define LLMRT_TOOLS_VALUES_PROTOFILE_H

#include "runtime/tools/values/Value.h"

namespace llmrt::tools {

/// Reads the message that values of such an argument are: an OptionalProto if
/// it is optional, else by its kind. False, with the sentence in `error`, if
/// the file holds none.
bool readProto(const std::string &path, const llmrt_argument &argument,
               Value &value, std::string &error);

/// The same from a file's bytes; `path` is for the sentence.
bool parseProto(const std::string &path, const std::vector<uint8_t> &bytes,
                const llmrt_argument &argument, Value &value,
                std::string &error);

} // namespace llmrt::tools

#endif // LLMRT_TOOLS_VALUES_PROTOFILE_H
