//===- LibraryGuard.h - Calls of libonnx that fail, come back ---*- C++ -*-===//
//
// For the files that call libonnx and are compiled with exceptions.
// scripts/setup builds libonnx with checked indices, so that a model that
// contradicts itself ends in an exception rather than outside of an array.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_DIALECTS_ONNX_LIBRARYGUARD_H
#define LLM_DIALECTS_ONNX_LIBRARYGUARD_H

#include <google/protobuf/stubs/common.h>
#include <google/protobuf/stubs/logging.h>

#include <exception>
#include <string>

namespace onnx {
class GraphProto;
class NodeProto;
} // namespace onnx

namespace llm::onnx {

/// What went wrong in `action`; empty: nothing.
template <typename Action> std::string guarded(Action action) {
  google::protobuf::LogSilencer silencer;
  try {
    action();
    return "";
  } catch (const google::protobuf::FatalException &) {
    return "an attribute, a shape or a list of inputs or outputs is too short "
           "for what the op reads of it";
  } catch (const std::exception &error) {
    std::string text = error.what();
    return text.empty() ? "libonnx gives no reason" : text;
  } catch (...) {
    return "libonnx gives no reason";
  }
}

/// Makes a node, and those of graphs inside it, such that inference of libonnx
/// 1.23 comes back; throws where there is no way.
void tame(::onnx::NodeProto &node);
void tame(::onnx::GraphProto &graph);

} // namespace llm::onnx

#endif // LLM_DIALECTS_ONNX_LIBRARYGUARD_H
