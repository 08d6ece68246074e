//===- ProbeMicrosoft.cpp - ONNX Runtime's own ops in decoders ------------===//
//
// What its model builder and its optimizer write: com.microsoft. Each is run as
// the primitive ops that it stands for.
//
//===----------------------------------------------------------------------===//

#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/BuiltinTypes.h"

#include <cmath>

using namespace mlir;
using namespace llm::onnx;

static ArrayPtr share(Array array) {
  return std::make_shared<const Array>(std::move(array));
}

std::optional<Probe::Heads> Probe::headsOf(OnnxOp op) {
  int64_t heads = op.integer("num_heads"),
          keyHeads = op.integer("kv_num_heads");
  Heads result{*get(op.input("query")), {}, {}};
  auto &[q, k, v] = result;
  // Rows of all sequences, one below the other: here they are of one.
  auto asBatch = [](Array &x) {
    if (x.rank() == 2)
      x.shape.insert(x.shape.begin(), 1);
    return !x.isWeight() && x.rank() == 3;
  };
  bool known = asBatch(q) && heads > 0 && keyHeads > 0;
  if (Value keys = op.input("key"); known && keys) {
    k = *get(keys);
    v = *get(op.input("value"));
    known = asBatch(k) && asBatch(v);
  } else if (known) {
    // Queries, keys and values side by side.
    int64_t width = q.shape[2] / (heads + 2 * keyHeads);
    Array all = std::move(q);
    auto part = [&](int64_t first, int64_t count) {
      return *narrowed(share(take(all, 2, first * width, count * width)));
    };
    q = part(0, heads);
    k = part(heads, keyHeads);
    v = part(heads + keyHeads, keyHeads);
  }
  if (!known) {
    fail("has no rows of queries, or no numbers of heads");
    return std::nullopt;
  }
  q = splitHeads(q, heads);
  k = splitHeads(k, keyHeads);
  v = splitHeads(v, keyHeads);
  return result;
}

bool Probe::rotateHeads(OnnxOp op, Value given, Heads &heads) {
  SmallVector<int64_t> positions;
  if (given) {
    std::optional<SmallVector<int64_t>> known = integers(given);
    if (!known)
      return fail("has positions that depend on the tokens");
    positions = *known;
  } else {
    for (int64_t i = 0; i < tokens; ++i)
      positions.push_back(i);
  }
  for (Array *x : {&heads.q, &heads.k}) {
    ArrayPtr turned =
        rotateByTables(op, *x, positions, op.integer("rotary_interleaved"));
    if (!turned)
      return false;
    *x = *turned;
  }
  return true;
}

bool Probe::attendHeads(OnnxOp op, const Heads &heads, Value sinks) {
  double scale = op.real("scale");
  if (scale == 0)
    scale = 1 / std::sqrt(static_cast<double>(heads.q.shape[3]));
  ArrayPtr result = attention(
      heads.q, heads.k, heads.v, scale, op.real("softcap"),
      /*causal=*/true, /*mask=*/nullptr, sinks ? get(sinks).get() : nullptr);
  if (!result)
    return fail("is not supported yet in this form");
  // A window may be wider than the run.
  if (int64_t window = op.integer("local_window_size", -1); window > 0)
    program[result->elements[0].base].window = window;
  Array rows = mergeHeads(*result);
  if (get(op.input("query"))->rank() == 2)
    rows.shape.erase(rows.shape.begin());
  set(op.output("output"), share(std::move(rows)));
  return true;
}

bool Probe::groupQueryAttention(OnnxOp op) {
  for (StringRef name :
       {"attention_bias", "k_scale", "v_scale", "query_seqlens"})
    if (op.input(name))
      return fail("has an input " + name + "; not supported yet");
  if (op.integer("smooth_softmax", -1) == 1 || op.integer("causal", 1) != 1 ||
      op.integer("qk_output") != 0)
    return fail("has a softmax of its own; not supported yet");
  std::optional<Heads> heads = headsOf(op);
  if (!heads)
    return false;
  for (StringRef name : {"past_key", "past_value"})
    if (Value past = op.input(name); past && !get(past)->elements.empty())
      return fail("has a cache of fixed length; not supported yet");
  // The last position that each sequence has filled.
  std::optional<SmallVector<int64_t>> last = integers(op.input("seqlens_k"));
  if (!last || last->size() != 1 || (*last)[0] != tokens - 1)
    return fail("has lengths of sequences that depend on the tokens");
  for (auto [name, x] :
       {std::pair("q_norm_weight", &heads->q), {"k_norm_weight", &heads->k}})
    if (Value scale = op.input(name)) {
      double epsilon = op.real("qk_norm_epsilon", 1e-6);
      ArrayPtr normed = rmsNorm(*x, *get(scale), epsilon);
      if (!normed)
        return fail("normalizes heads in a way that is not supported yet");
      *x = *normed;
    }
  if (op.integer("do_rotary") &&
      !rotateHeads(op, op.input("position_ids"), *heads))
    return false;
  set(op.output("present_key"), share(heads->k));
  set(op.output("present_value"), share(heads->v));
  return attendHeads(op, *heads, op.input("head_sink"));
}

/// Its pages and their table are what our own cache has instead; the run has
/// one sequence with nothing before it.
bool Probe::pagedAttention(OnnxOp op) {
  for (StringRef name :
       {"slot_mapping", "q_norm_weight", "k_norm_weight", "k_scale", "v_scale"})
    if (op.input(name))
      return fail("has an input " + name + "; not supported yet");
  if (op.integer("is_causal", 1) != 1 || op.integer("v_head_size") ||
      op.integer("rotary_offset"))
    return fail("is not causal, or has v_head_size or rotary_offset; not "
                "supported yet");
  std::optional<SmallVector<int64_t>> starts = integers(op.input(
                                          "cumulative_sequence_length")),
                                      pasts =
                                          integers(op.input("past_seqlens"));
  if (!starts || *starts != SmallVector<int64_t>{0, tokens} || !pasts ||
      *pasts != SmallVector<int64_t>{0})
    return fail("has lengths of sequences that depend on the tokens");
  std::optional<Heads> heads = headsOf(op);
  if (!heads || (op.integer("do_rotary") && !rotateHeads(op, Value(), *heads)))
    return false;
  return attendHeads(op, *heads, op.input("head_sink"));
}

/// Where a constant lies, behind what only says its shape anew.
static Value storedAt(Value value) {
  while (std::optional<OnnxOp> op = OnnxOp::from(value.getDefiningOp())) {
    if (op->type() == "Constant")
      return value;
    if (op->type() != "Reshape" && op->type() != "Identity")
      return {};
    value = value.getDefiningOp()->getOperand(0);
  }
  return value.getDefiningOp() ? value : Value(); // llm.weight
}

bool Probe::readBlocks(OnnxOp op, StringRef integers, int64_t bits,
                       int64_t size, int64_t rows, int64_t columns,
                       RowNode &node) {
  if ((bits != 2 && bits != 4 && bits != 8) || size < 16 || size > 256 ||
      !llvm::isPowerOf2_64(size))
    return fail("has integers of " + Twine(bits) + " bits in blocks of " +
                Twine(size) +
                "; accepted: 2, 4, 8 bits in blocks of 16, 32, 64, 128, 256");
  int64_t blocks = llvm::divideCeil(columns, size);
  node.blocks = {bits, size, storedAt(op.input("scales")), Value()};
  node.weight = storedAt(op.input(integers));
  auto holds = [](Value value, int64_t count) {
    auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
    return type && type.hasStaticShape() && type.getNumElements() == count;
  };
  if (!holds(node.weight, rows * blocks * (size * bits / 8)) ||
      !elementOf(node.weight).isUnsignedInteger(8) ||
      cast<RankedTensorType>(node.weight.getType()).getDimSize(0) != rows ||
      !holds(node.blocks.scales, rows * blocks))
    return fail("has integers or scales that are no constants of the size that "
                "its attributes say");
  if (Value zeros = op.input("zero_points")) {
    node.blocks.zeros = storedAt(zeros);
    if (!elementOf(zeros).isUnsignedInteger(8) ||
        !holds(node.blocks.zeros, rows * llvm::divideCeil(blocks * bits, 8)))
      return fail("has zero points that are no constant integers of " +
                  Twine(bits) + " bits; not supported yet");
  }
  return true;
}

bool Probe::matMulNBits(OnnxOp op) {
  if (op.input("g_idx") || op.integer("weight_prepacked"))
    return fail("has blocks in another order; not supported yet");
  ArrayPtr x = get(op.input("A"));
  RowNode node = make(RowNode::Linear);
  node.features = op.integer("N");
  int64_t columns = op.integer("K");
  if (node.features <= 0 || x->isWeight() || x->rank() < 2 ||
      x->shape.back() != columns)
    return fail("multiplies rows of another number of features than K");
  if (!readBlocks(op, "B", op.integer("bits", 4), op.integer("block_size"),
                  node.features, columns, node))
    return false;
  int rows = rowsOf(x);
  if (rows < 0)
    return false;
  node.inputs = {rows};
  ArrayPtr result = rowsLike(*x, addNode(node), node.features);
  if (Value bias = op.input("bias"))
    result = add(*result, *get(bias), 1);
  if (!result)
    return fail("adds what is no vector");
  set(op.output("Y"), result);
  return true;
}

/// Rows of an embedding. They come with what fills their last block.
bool Probe::gatherBlockQuantized(OnnxOp op) {
  ArrayPtr ids = get(op.input("indices"));
  Value data = storedAt(op.input("data"));
  auto type = data ? dyn_cast<RankedTensorType>(data.getType()) : nullptr;
  if (!type || !type.hasStaticShape() || type.getRank() < 2 ||
      op.integer("gather_axis") != 0 || op.integer("quantize_axis", 1) != 1 ||
      static_cast<int64_t>(ids->elements.size()) != tokens)
    return fail("looks tokens up in what is no matrix of rows in blocks");
  for (auto [i, element] : llvm::enumerate(ids->elements))
    if (element.base != kTokens || element.row != int64_t(i))
      return fail("looks rows up by what are not the tokens");
  int64_t bits = op.integer("bits", 4), rows = type.getDimSize(0);
  RowNode node = make(RowNode::Embedding);
  if (rows <= 0 || bits <= 0 || bits > 8)
    return fail("has no rows, or no bits");
  node.features = type.getNumElements() / rows * 8 / bits;
  if (!readBlocks(op, "data", bits, op.integer("block_size", 128), rows,
                  node.features, node))
    return false;
  Array result;
  result.shape = ids->shape;
  result.shape.push_back(node.features);
  int number = addNode(node);
  for (int64_t row = 0; row < tokens; ++row)
    for (int64_t f = 0; f < node.features; ++f)
      result.elements.push_back(Element::of(number, row, f));
  set(op.output("output"), share(std::move(result)));
  return true;
}

bool Probe::runMicrosoft(OnnxOp op, bool &known) {
  StringRef type = op.type();
  known = op.domain() == "com.microsoft";
  if (!known)
    return true;
  auto finish = [&](Value result, ArrayPtr array) {
    if (!array)
      return fail("is not supported yet in this form");
    set(result, array);
    return true;
  };
  if (type == "GroupQueryAttention")
    return groupQueryAttention(op);
  if (type == "PagedAttention")
    return pagedAttention(op);
  if (type == "MatMulNBits")
    return matMulNBits(op);
  if (type == "GatherBlockQuantized")
    return gatherBlockQuantized(op);
  if (type == "SkipSimplifiedLayerNormalization" ||
      type == "SkipLayerNormalization") {
    ArrayPtr sum = add(*get(op.input("input")), *get(op.input("skip")), 1);
    if (Value bias = op.input("bias"); bias && sum)
      sum = add(*sum, *get(bias), 1);
    if (!sum)
      return fail("adds what are no rows");
    set(op.output("input_skip_bias_sum"), sum);
    const Array &scale = *get(op.input("gamma"));
    double epsilon = op.real("epsilon", 1e-12);
    if (type == "SkipSimplifiedLayerNormalization")
      return finish(op.output("output"), rmsNorm(*sum, scale, epsilon));
    Value beta = op.input("beta");
    return finish(
        op.output("output"),
        layerNorm(*sum, scale, beta ? get(beta).get() : nullptr, epsilon));
  }
  if (type == "RotaryEmbedding") {
    ArrayPtr x = get(op.input("input"));
    std::optional<SmallVector<int64_t>> positions =
        integers(op.input("position_ids"));
    if (!positions || op.real("scale", 1) != 1)
      return fail("has positions that depend on the tokens, or a scale");
    // One number is where the sequence begins; what is behind any table stays
    // there.
    if (positions->size() == 1) {
      int64_t begin = std::min<int64_t>(positions->front(), INT32_MAX);
      positions->clear();
      for (int64_t i = 0; i < tokens; ++i)
        positions->push_back(begin + i);
    }
    bool flat = x->rank() == 3;
    ArrayPtr cosines = get(op.input("cos_cache"));
    int64_t width = op.integer("rotary_embedding_dim") || !cosines->rank()
                        ? 0
                        : 2 * cosines->shape.back();
    int64_t heads = op.integer("num_heads");
    if (heads == 0 && width)
      heads = x->shape.back() / width;
    if (flat && heads == 0)
      return fail("has no num_heads");
    ArrayPtr turned = rotateByTables(op, flat ? splitHeads(*x, heads) : *x,
                                     *positions, op.integer("interleaved"));
    if (!turned)
      return false;
    return finish(op.output("output"),
                  flat ? share(mergeHeads(*turned)) : turned);
  }
  if (type == "FastGelu" || type == "BiasGelu" || type == "Gelu") {
    bool isBias = type == "BiasGelu";
    ArrayPtr x = get(op.input(isBias ? "A" : "X"));
    Value bias = isBias           ? op.input("B")
                 : type == "Gelu" ? Value()
                                  : op.input("bias");
    if (bias)
      x = add(*x, *get(bias), 1);
    return finish(op.output(isBias ? "C" : "Y"),
                  x ? apply(*x, type == "FastGelu" ? "gelu_tanh" : "gelu")
                    : nullptr);
  }
  known = false;
  return true;
}
