//===- OpenModel.cpp - Scan, parse and check an ONNX file -----------------===//
//
// See Importer.h. libonnx's checker wants either a tensor's elements or none by
// its shape, and inference wants shapes, so the file is scanned once for each.
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/importer/Importer.h"

#include "dialects/onnx/OnnxLibrary.h"
#include "frontends/ErrorText.h"
#include "frontends/onnx/ExternalData.h"
#include "frontends/onnx/WireScan.h"
#include "frontends/onnx/importer/Functions.h"
#include "frontends/onnx/importer/UnsupportedOps.h"

#include "onnx/onnx_pb.h"

using namespace llm;
using namespace llm::onnx;

static std::string_view bytesOf(const MappedFile &file) {
  return {reinterpret_cast<const char *>(file.data()), file.size()};
}

/// The checker asks a shape of what goes in and out; many files have none where
/// the rank is not known.
static void giveShapes(::onnx::GraphProto &graph) {
  for (auto *values : {graph.mutable_input(), graph.mutable_output()})
    for (auto &value : *values)
      if (value.type().has_tensor_type())
        value.mutable_type()->mutable_tensor_type()->mutable_shape();
}

bool llm::isOnnxFile(const std::string &path) {
  std::string error;
  std::shared_ptr<const MappedFile> file = MappedFile::open(path, error);
  if (!file)
    return false;
  // A damaged model is told from a file of another kind by its name alone.
  std::string_view bytes = bytesOf(*file), name = path;
  bool named = name.size() >= 5 && name.substr(name.size() - 5) == ".onnx";
  return looksLikeModel(bytes) || (named && bytes.substr(0, 4) != "GGUF");
}

std::unique_ptr<OnnxModel> llm::openOnnx(const std::string &path,
                                         std::string &error) {
  auto model = std::make_unique<OnnxModel>();
  model->path = path;
  std::shared_ptr<const MappedFile> file = MappedFile::open(path, error);
  if (!file)
    return nullptr;
  model->weights.files.push_back(file);
  std::string_view bytes = bytesOf(*file);
  auto fail = [&](const std::string &what) {
    error = path + ": " + what;
    return nullptr;
  };
  ExternalData external(path, model->weights);
  auto resolve = [&](auto &&...arguments) {
    return external.resolve(std::forward<decltype(arguments)>(arguments)...);
  };
  ScannedModel scanned;
  std::string reason;
  ::onnx::ModelProto proto;
  if (!scanModel(bytes, ScanPurpose::Check, resolve, scanned, reason))
    return fail(reason);
  if (!proto.ParseFromString(scanned.bytes))
    return fail("is no ModelProto of ONNX");
  reason = faultOfFunctions(proto);
  if (!reason.empty())
    return fail(reason);
  // Ops that no schema knows are listed together when the graph is imported.
  if (findUnsupported(proto, {}).empty()) {
    giveShapes(*proto.mutable_graph());
    reason = checkModel(proto);
    if (!reason.empty())
      return fail("does not follow the standard: " + reason);
  }
  if (!scanModel(bytes, ScanPurpose::Import, resolve, scanned, reason))
    return fail(reason);
  model->bytes = std::move(scanned.bytes);
  model->largeTensors = std::move(scanned.tensors);
  return model;
}
