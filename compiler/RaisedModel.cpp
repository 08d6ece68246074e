//===- RaisedModel.cpp - What a raised ONNX decoder is --------------------===//

#include "compiler/RaisedModel.h"

#include "compiler/object/SourceBlocks.h"
#include "dialects/llm/LLMDialect.h"
#include "frontends/PlainTensor.h"
#include "frontends/huggingface/Folder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Path.h"

#include <cstring>

using namespace mlir;
using namespace llm;

/// Where no file says how long a context may be.
constexpr int64_t kDefaultContext = 4096;

static SourceType sourceTypeOf(Type element) {
  return element.isF32()       ? SourceType::F32
         : element.isF16()     ? SourceType::F16
         : element.isInteger() ? SourceType::U8
                               : SourceType::BF16;
}

/// The constants of the module as a file.
static bool addConstants(ModuleOp module, WeightSource &weights,
                         std::string &error) {
  auto constants = module->getAttrOfType<DictionaryAttr>("llm.constants");
  std::string bytes;
  uint32_t file = weights.files.size();
  for (NamedAttribute entry : constants) {
    auto data = cast<DenseElementsAttr>(entry.getValue());
    SourceTensor tensor;
    tensor.name = entry.getName().str();
    tensor.type = sourceTypeOf(data.getElementType());
    tensor.shape.assign(data.getType().getShape().begin(),
                        data.getType().getShape().end());
    tensor.file = file;
    bytes.resize(llvm::alignTo(bytes.size(), 8));
    tensor.offset = bytes.size();
    size_t width = data.getElementType().getIntOrFloatBitWidth() / 8;
    ArrayRef<char> raw = data.getRawData();
    int64_t repeats = data.isSplat() ? data.getNumElements() : 1;
    for (int64_t i = 0; i < repeats; ++i)
      bytes.append(raw.begin(), raw.end());
    tensor.bytes = data.getNumElements() * width;
    weights.tensors[tensor.name] = tensor;
  }
  module->removeAttr("llm.constants"); // they are as far as weights are
  if (bytes.empty())
    return true;
  auto mapped = MappedFile::create(bytes, error);
  if (mapped)
    weights.files.push_back(mapped);
  return mapped != nullptr;
}

using RowRange = std::pair<int64_t, int64_t>;

/// Rows [first, second) of a matrix.
static std::optional<SourceTensor> rowsOf(SourceTensor view, RowRange range) {
  int64_t rows = view.shape[0], columns = view.shape[1];
  if (view.field || !isDense(view.type) || range.first < 0 ||
      range.first >= range.second || range.second > rows)
    return std::nullopt;
  int64_t width = elementBytes(view.type);
  view.shape[0] = range.second - range.first;
  if (view.transposed) {
    view.pitch = rows;
    view.offset += range.first * width;
  } else {
    view.offset += range.first * columns * width;
    view.bytes = view.shape[0] * columns * width;
  }
  return view;
}

/// Rows of `groups` groups, a period apart.
static std::optional<SourceTensor> groupsOf(const SourceTensor &matrix,
                                            RowRange range, int64_t period,
                                            int64_t groups) {
  SourceTensor result{matrix.name, matrix.type, {0, matrix.shape[1]}};
  for (int64_t i = 0; i < groups; ++i) {
    std::optional<SourceTensor> part =
        rowsOf(matrix, {range.first + i * period, range.second + i * period});
    if (!part)
      return std::nullopt;
    result.shape[0] += part->shape[0];
    result.bytes += part->shape[0] * part->shape[1] * elementBytes(part->type);
    result.parts.push_back(std::move(*part));
  }
  return result;
}

/// The same rows of every matrix of a stack.
static std::optional<SourceTensor> expertsOf(const SourceTensor &stack,
                                             bool transposed, RowRange range) {
  SourceTensor result{stack.name, stack.type, {0, 0}};
  SourceTensor matrix = stack;
  matrix.shape.erase(matrix.shape.begin());
  matrix.bytes = stack.bytes / stack.shape[0];
  matrix.transposed = transposed;
  if (transposed)
    std::swap(matrix.shape[0], matrix.shape[1]);
  for (int64_t i = 0; i < stack.shape[0]; ++i) {
    std::optional<SourceTensor> part = rowsOf(matrix, range);
    if (!part)
      return std::nullopt;
    result.shape = {result.shape[0] + part->shape[0], part->shape[1]};
    result.bytes += part->bytes;
    result.parts.push_back(std::move(*part));
    matrix.offset += matrix.bytes;
  }
  return result;
}

/// The same rows of a tensor that has so many of them, however it is cut into
/// dimensions.
static SourceTensor linesOf(SourceTensor tensor, int64_t rows, RowRange range) {
  int64_t width = 1;
  for (int64_t size : tensor.shape)
    width *= size;
  width /= rows;
  tensor.firstElement = range.first * width;
  tensor.shape = {range.second - range.first, width};
  return tensor;
}

/// What an entry of `llm.views` describes.
static std::optional<SourceTensor> viewOf(DictionaryAttr entry,
                                          const WeightSource &weights) {
  auto tensorOf = [&](StringRef name) -> const SourceTensor * {
    auto found = weights.tensors.find(entry.getAs<StringAttr>(name).str());
    return found == weights.tensors.end() ? nullptr : &found->second;
  };
  const SourceTensor *whole = tensorOf("of");
  if (!whole)
    return std::nullopt;
  std::optional<RowRange> range;
  if (auto rows = entry.getAs<DenseI64ArrayAttr>("rows"))
    range = {rows[0], rows[1]};
  if (entry.contains("scales")) {
    int64_t rows = whole->shape[0];
    RowRange some = range.value_or(RowRange{0, rows});
    SourceTensor view = linesOf(*whole, rows, some);
    for (StringRef name : {"scales", "zeros"})
      if (entry.contains(name)) {
        const SourceTensor *terms = tensorOf(name);
        if (!terms)
          return std::nullopt;
        view.terms.push_back(linesOf(*terms, rows, some));
      }
    return view;
  }
  bool transposed = entry.contains("transposed");
  if (whole->shape.size() == 3 && range)
    return expertsOf(*whole, transposed, *range);
  if (whole->shape.size() != 2)
    return std::nullopt;
  SourceTensor view = *whole;
  if (transposed) {
    std::swap(view.shape[0], view.shape[1]);
    view.transposed ^= true;
  }
  auto rows = entry.getAs<DenseI64ArrayAttr>("rows");
  if (rows && rows.size() == 4)
    return groupsOf(view, *range, rows[2], rows[3]);
  return range ? rowsOf(view, *range) : view;
}

static bool addViews(ModuleOp module, WeightSource &weights,
                     std::string &error) {
  for (NamedAttribute entry :
       module->getAttrOfType<DictionaryAttr>("llm.views")) {
    std::string name = entry.getName().str();
    std::optional<SourceTensor> view =
        viewOf(cast<DictionaryAttr>(entry.getValue()), weights);
    if (!view || !weights.tensors.try_emplace(name, *view).second) {
      error = "tensor '" + name +
              (view ? "' has a name that a part of another one needs"
                    : "' lies in the file in a way that is not supported yet");
      return false;
    }
  }
  module->removeAttr("llm.views");
  return true;
}

/// Whether both are the same numbers, wherever they lie.
static bool isSameMatrix(const SourceTensor &a, const SourceTensor &b,
                         const WeightSource &weights) {
  if (a.type != b.type || a.shape != b.shape || !isDense(a.type) || a.field ||
      b.field || a.shape.size() != 2)
    return false;
  int64_t width = elementBytes(a.type);
  auto at = [&](const SourceTensor &x, int64_t row, int64_t column) {
    int64_t place = x.transposed
                        ? column * (x.pitch ? x.pitch : x.shape[0]) + row
                        : row * x.shape[1] + column;
    return weights.files[x.file]->data() + x.offset +
           (x.firstElement + place) * width;
  };
  for (int64_t row = 0; row < a.shape[0]; ++row)
    for (int64_t column = 0; column < a.shape[1]; ++column)
      if (std::memcmp(at(a, row, column), at(b, row, column), width) != 0)
        return false;
  return true;
}

/// Exporters write a head that is the embedding a second time, transposed.
static void tieHead(ModuleOp module, const WeightSource &weights) {
  auto embed = module.lookupSymbol<ParameterOp>("embed.weight"),
       head = module.lookupSymbol<ParameterOp>("head.weight");
  if (!embed || !head || embed.getType() != head.getType())
    return;
  auto tensorOf = [&](ParameterOp op) {
    auto name = cast<StringAttr>(op.getSources()[0]);
    return weights.tensors.find(name.str());
  };
  auto a = tensorOf(embed), b = tensorOf(head);
  if (a == weights.tensors.end() || b == weights.tensors.end() ||
      !isSameMatrix(a->second, b->second, weights))
    return;
  WeightOp table;
  module.walk([&](WeightOp op) {
    if (op.getParameter() == embed.getSymName() && !table)
      table = op;
  });
  module.walk([&](WeightOp op) {
    if (op.getParameter() == head.getSymName()) {
      op.getResult().replaceAllUsesWith(table.getResult());
      op.erase();
    }
  });
  head.erase();
}

std::unique_ptr<Checkpoint> llm::describeRaised(ModuleOp module,
                                                const std::string &path,
                                                const std::string &tokenizer,
                                                WeightSource weights,
                                                std::string &error) {
  auto checkpoint = std::make_unique<Checkpoint>();
  checkpoint->format = Checkpoint::Format::Onnx;
  checkpoint->path = path;
  static_cast<WeightSource &>(*checkpoint) = std::move(weights);
  if (!addConstants(module, *checkpoint, error) ||
      !addViews(module, *checkpoint, error))
    return nullptr;
  tieHead(module, *checkpoint);

  DecoderConfig &config = checkpoint->config;
  config.architecture = "decoder";
  auto forward = module.lookupSymbol<func::FuncOp>("forward");
  config.vocabSize =
      cast<RankedTensorType>(forward.getResultTypes()[0]).getDimSize(1);
  int64_t learned = 0;
  forward.walk([&](Operation *op) {
    if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
      config.hiddenSize =
          cast<RankedTensorType>(embedding.getType()).getDimSize(1);
      // A table by position ends where it ends.
      if (embedding.getTokens().getDefiningOp<PositionsOp>())
        learned = embedding.getTable().getType().getRows();
    } else if (auto attention = dyn_cast<AttentionOp>(op)) {
      ++config.numLayers;
      config.numAttentionHeads = attention.getHeads();
      config.numKeyValueHeads = attention.getKvHeads();
      config.headDim =
          cast<RankedTensorType>(attention.getQuery().getType()).getDimSize(1) /
          attention.getHeads();
      config.slidingWindow.push_back(attention.getWindow());
    }
  });
  StringRef dtype;
  for (auto parameter : module.getOps<ParameterOp>())
    if (auto packed = dyn_cast<PackedType>(parameter.getType())) {
      auto dense = dyn_cast<DenseAttr>(packed.getEncoding());
      StringRef own = !dense || dense.getElementType().isF32() ? "f32"
                      : dense.getElementType().isF16()         ? "f16"
                                                               : "bf16";
      dtype = dtype.empty() || dtype == own ? own : "f32";
    }
  config.dtype = dtype.str();
  StringRef beside = tokenizer.empty() ? path : tokenizer;
  std::string folder = llvm::sys::path::parent_path(beside).str();
  if (!huggingface::readCompanions(folder.empty() ? "." : folder,
                                   llvm::sys::path::filename(tokenizer).str(),
                                   *checkpoint, error))
    return nullptr;
  if (learned)
    config.maxPositionEmbeddings = learned;
  if (config.maxPositionEmbeddings <= 0)
    config.maxPositionEmbeddings = kDefaultContext;
  return checkpoint;
}
