//===- ProbeLayout.cpp - Ops that only move elements ----------------------===//

#include "passes/onnx/raising/Probe.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/StringSet.h"

#include <numeric>

using namespace mlir;
using namespace llm::onnx;

bool llm::onnx::isThreshold(Value constant) {
  auto type = dyn_cast<RankedTensorType>(constant.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() != 1 ||
      !type.getElementType().isSignlessInteger(64))
    return false;
  return llvm::all_of(constant.getUsers(), [](Operation *user) {
    std::optional<OnnxOp> op = OnnxOp::from(user);
    return op && (op->type() == "Add" || op->type() == "Sub" ||
                  op->type().starts_with("Less") ||
                  op->type().starts_with("Greater"));
  });
}

/// Elements that a run may hold in one value: a few tokens' logits.
constexpr int64_t kMostElements = int64_t(1) << 24;

/// Constants of more elements, and matrices of floats, are weights: what is
/// computed with them is not looked at.
static bool isWeightLike(DenseElementsAttr literal) {
  ShapedType type = literal.getType();
  return (type.getRank() >= 2 && isa<FloatType>(type.getElementType()) &&
          type.getNumElements() > 64) ||
         type.getNumElements() > 65536;
}

static std::vector<Element> elementsOf(DenseElementsAttr literal) {
  std::vector<Element> result;
  Type type = literal.getElementType();
  if (isa<FloatType>(type)) {
    for (const APFloat &value : literal.getValues<APFloat>()) {
      APFloat wide = value;
      bool lossy;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lossy);
      result.push_back(Element::of(wide.convertToDouble()));
    }
    return result;
  }
  bool isSigned = !type.isInteger(1) && !type.isUnsignedInteger();
  for (const APInt &value : literal.getValues<APInt>())
    result.push_back(Element::of(isSigned ? double(value.getSExtValue())
                                          : double(value.getZExtValue())));
  return result;
}

namespace {
struct Layout {
  OnnxOp op;
  const Array &x;

  Array permute(ArrayRef<int64_t> permutation) const {
    Shape to;
    for (int64_t axis : permutation)
      to.push_back(x.shape[axis]);
    Shape from(x.shape.size());
    return x.pick(to, [&](ArrayRef<int64_t> at) {
      for (size_t i = 0; i < permutation.size(); ++i)
        from[permutation[i]] = at[i];
      return x.offset(from);
    });
  }

  Array broadcast(ArrayRef<int64_t> to) const {
    size_t offset = to.size() - x.shape.size();
    Shape from(x.shape.size());
    return x.pick(to, [&](ArrayRef<int64_t> at) {
      for (size_t i = 0; i < from.size(); ++i)
        from[i] = x.shape[i] == 1 ? 0 : at[offset + i];
      return x.offset(from);
    });
  }

  Array slice(int64_t axis, int64_t start, int64_t size, int64_t step) const {
    Shape to = x.shape;
    to[axis] = size;
    Shape from(x.shape.size());
    return x.pick(to, [&](ArrayRef<int64_t> at) {
      from.assign(at.begin(), at.end());
      from[axis] = start + at[axis] * step;
      return x.offset(from);
    });
  }
};
} // namespace

static ArrayPtr share(Array array) {
  return std::make_shared<const Array>(std::move(array));
}

static Array numbers(ArrayRef<int64_t> values, bool scalar = false) {
  Array result;
  if (!scalar)
    result.shape = {static_cast<int64_t>(values.size())};
  for (int64_t value : values)
    result.elements.push_back(Element::of(value));
  return result;
}

bool Probe::runLayout(OnnxOp op, bool &known) {
  known = true;
  StringRef type = op.type();
  Operation *operation = op.operation();
  if (type == "Constant") {
    auto literal = dyn_cast_or_null<DenseElementsAttr>(op.attribute("value"));
    if (!literal || literal.getElementType().isIndex())
      return fail("holds no tensor of numbers");
    Array array;
    array.shape.assign(literal.getType().getShape());
    if (isWeightLike(literal))
      array.weight = op.output("output");
    else
      array.elements = elementsOf(literal);
    if (replaced && isThreshold(op.output("output"))) {
      double &number = array.elements[0].number;
      if (std::fabs(number) == replaced)
        number = number < 0 ? -replacement : replacement;
    }
    if (operation == replacedTable && !array.isWeight()) {
      int64_t positions = array.shape.back();
      Element read = array.elements[0], other = array.elements[1];
      for (int64_t i = 0; i < positions * positions; ++i) {
        int64_t behind = i / positions - i % positions;
        array.elements[i] = behind >= 0 && behind < replacement ? read : other;
      }
    }
    set(op.output("output"), share(array));
    return true;
  }
  if (operation->getNumOperands() == 0) {
    known = false;
    return true;
  }
  ArrayPtr shared = get(operation->getOperand(0));
  if (!shared)
    return fail("reads what could not be followed");
  const Array &x = *shared;
  Value result =
      operation->getNumResults() ? Value(operation->getResult(0)) : Value();
  Layout layout{op, x};

  if (type == "Identity" || type == "Dropout" || type == "Cast" ||
      type == "CastLike") {
    auto to = dyn_cast<RankedTensorType>(result.getType());
    bool toInteger = to && to.getElementType().isInteger();
    if (toInteger && type.starts_with("Cast") && x.isNumeric()) {
      Array copy = x;
      bool toBool = to.getElementType().isInteger(1);
      for (Element &element : copy.elements)
        element.number =
            toBool ? element.number != 0 : std::trunc(element.number);
      set(result, share(copy));
    } else {
      set(result, shared);
    }
    return true;
  }
  if (type == "Shape") {
    int64_t rank = x.rank(), start = 0, end = rank;
    auto clamp = [&](int64_t axis) {
      return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
    };
    if (op.version() >= 15) {
      start = clamp(op.integer("start"));
      end = op.has("end") ? clamp(op.integer("end")) : rank;
    }
    set(result, share(numbers(ArrayRef(x.shape).slice(
                    start, std::max<int64_t>(0, end - start)))));
    return true;
  }
  if (type == "Size") {
    set(result, share(numbers(Array::count(x.shape), /*scalar=*/true)));
    return true;
  }
  if (type == "Transpose") {
    SmallVector<int64_t> permutation = op.integers("perm");
    if (permutation.empty())
      for (int64_t i = x.rank(); i-- > 0;)
        permutation.push_back(i);
    if (x.isWeight()) {
      if (x.rank() != 2)
        return fail("transposes weights that are no matrix");
      Array copy = x;
      copy.shape = {x.shape[permutation[0]], x.shape[permutation[1]]};
      copy.transposed ^= permutation[0] == 1;
      set(result, share(copy));
      return true;
    }
    set(result, share(layout.permute(permutation)));
    return true;
  }

  static const llvm::StringSet<> others = {
      "Reshape", "Flatten",         "Squeeze", "Unsqueeze", "Expand",
      "Slice",   "Split",           "Concat",  "Gather",    "GatherND",
      "Tile",    "ConstantOfShape", "OneHot",  "Range",     "Trilu"};
  if (!others.contains(type)) {
    known = false;
    return true;
  }
  // Bytes are numbers of a few bits, which only their readers can tell apart.
  if (type == "Reshape" && x.isWeight() &&
      elementOf(operation->getOperand(0)).isInteger(8)) {
    set(result, shared);
    return true;
  }
  bool isEmbedding = type == "Gather" && x.isWeight();
  if (x.isWeight() && !isEmbedding)
    return fail("changes weights in a way that is not supported yet");

  if (type == "Reshape" || type == "Flatten" || type == "Squeeze" ||
      type == "Unsqueeze") {
    Shape to;
    int64_t total = Array::count(x.shape);
    if (type == "Reshape") {
      auto wanted = op.version() >= 5 ? integers(op.input("shape"))
                                      : std::optional(op.integers("shape"));
      if (!wanted)
        return fail("has a shape that depends on the tokens");
      bool zeros = op.version() >= 14 && op.integer("allowzero");
      int64_t rest = 1;
      for (size_t i = 0; i < wanted->size(); ++i) {
        int64_t size = (*wanted)[i];
        if (size == 0 && !zeros && i < x.shape.size())
          size = x.shape[i];
        to.push_back(size);
        if (size != -1)
          rest *= size;
      }
      for (int64_t &size : to)
        if (size == -1)
          size = rest ? total / rest : 0;
    } else if (type == "Flatten") {
      int64_t axis = op.integer("axis", 1);
      axis = axis < 0 ? axis + x.rank() : axis;
      to = {Array::count(ArrayRef(x.shape).take_front(axis)),
            Array::count(ArrayRef(x.shape).drop_front(axis))};
    } else if (type == "Squeeze") {
      auto axes = axesOf(op, "axes", x.rank());
      if (!axes)
        return fail("has axes that depend on the tokens");
      for (int64_t i = 0; i < x.rank(); ++i)
        if (axes->empty() ? x.shape[i] != 1 : !llvm::is_contained(*axes, i))
          to.push_back(x.shape[i]);
    } else {
      auto given = op.version() >= 13 ? integers(op.input("axes"))
                                      : std::optional(op.integers("axes"));
      if (!given)
        return fail("has axes that depend on the tokens");
      int64_t rank = x.rank() + given->size();
      for (int64_t &axis : *given)
        axis = axis < 0 ? axis + rank : axis;
      size_t next = 0;
      for (int64_t i = 0; i < rank; ++i)
        to.push_back(llvm::is_contained(*given, i) || next >= x.shape.size()
                         ? 1
                         : x.shape[next++]);
    }
    if (Array::count(to) != total)
      return fail("reshapes to another number of elements");
    Array copy = x;
    copy.shape = to;
    set(result, share(std::move(copy)));
    return true;
  }
  if (type == "Expand" || type == "Tile") {
    auto wanted = integers(operation->getOperand(1));
    if (!wanted)
      return fail("has a shape that depends on the tokens");
    Shape to(wanted->begin(), wanted->end());
    if (type == "Tile") {
      for (size_t i = 0; i < to.size(); ++i)
        to[i] *= x.shape[i];
      if (Array::count(to) > kMostElements)
        return fail("is too large");
      Shape from(x.shape.size());
      set(result, share(x.pick(to, [&](ArrayRef<int64_t> at) {
            for (size_t i = 0; i < from.size(); ++i)
              from[i] = at[i] % x.shape[i];
            return x.offset(from);
          })));
      return true;
    }
    Array padded = x;
    while (padded.shape.size() < to.size())
      padded.shape.insert(padded.shape.begin(), 1);
    while (to.size() < padded.shape.size())
      to.insert(to.begin(), 1);
    for (size_t i = 0; i < to.size(); ++i) {
      if (padded.shape[i] != 1 && to[i] != 1 && to[i] != padded.shape[i])
        return fail("expands to a shape that does not fit");
      to[i] = padded.shape[i] == 1 ? to[i] : padded.shape[i];
    }
    if (Array::count(to) > kMostElements)
      return fail("is too large");
    set(result, share(Layout{op, padded}.broadcast(to)));
    return true;
  }
  if (type == "Slice") {
    SmallVector<int64_t> starts, ends, axes, steps;
    auto read = [&](StringRef name, SmallVector<int64_t> &to) {
      if (op.version() < 10) {
        if (op.schema().attribute(name))
          to = op.integers(name);
        return true;
      }
      Value value = op.input(name);
      if (!value)
        return true;
      auto found = integers(value);
      if (found)
        to = *found;
      return found.has_value();
    };
    if (!read("starts", starts) || !read("ends", ends) || !read("axes", axes) ||
        !read("steps", steps))
      return fail("slices by numbers that depend on the tokens");
    if (axes.empty())
      for (size_t i = 0; i < starts.size(); ++i)
        axes.push_back(i);
    steps.resize(starts.size(), 1);
    Array current = x;
    for (size_t i = 0; i < starts.size(); ++i) {
      int64_t axis = axes[i] < 0 ? axes[i] + x.rank() : axes[i];
      int64_t size = current.shape[axis], step = steps[i];
      if (step == 0)
        return fail("has a step of 0");
      auto clamp = [&](int64_t at, int64_t low, int64_t high) {
        return std::clamp<int64_t>(at < 0 ? at + size : at, low, high);
      };
      int64_t start =
          step > 0 ? clamp(starts[i], 0, size) : clamp(starts[i], 0, size - 1);
      int64_t end = step > 0          ? clamp(ends[i], 0, size)
                    : ends[i] < -size ? -1
                                      : clamp(ends[i], -1, size - 1);
      int64_t count = step > 0 ? (end - start + step - 1) / step
                               : (start - end - step - 1) / -step;
      current = Layout{op, current}.slice(axis, start,
                                          std::max<int64_t>(0, count), step);
    }
    set(result, narrowed(share(std::move(current))));
    return true;
  }
  if (type == "Split") {
    int64_t axis = op.integer("axis");
    axis = axis < 0 ? axis + x.rank() : axis;
    SmallVector<int64_t> sizes;
    if (op.version() >= 13) {
      if (Value split = op.input("split")) {
        auto found = integers(split);
        if (!found)
          return fail("splits by numbers that depend on the tokens");
        sizes = *found;
      }
    } else {
      sizes = op.integers("split");
    }
    int64_t parts = operation->getNumResults();
    if (sizes.empty()) {
      int64_t each = (x.shape[axis] + parts - 1) / parts;
      for (int64_t i = 0; i < parts; ++i)
        sizes.push_back(std::min(each, x.shape[axis] - i * each));
    }
    int64_t start = 0;
    for (int64_t i = 0; i < parts; ++i) {
      set(operation->getResult(i),
          narrowed(share(layout.slice(axis, start, sizes[i], 1))));
      start += sizes[i];
    }
    return true;
  }
  if (type == "Concat") {
    Array joined = x;
    int64_t axis = op.integer("axis", 1);
    axis = axis < 0 ? axis + x.rank() : axis;
    for (Value value : operation->getOperands().drop_front()) {
      ArrayPtr other = get(value);
      if (!other || other->isWeight() || other->rank() != joined.rank())
        return fail("joins what could not be followed");
      Shape to = joined.shape;
      to[axis] += other->shape[axis];
      std::vector<Element> elements;
      elements.reserve(Array::count(to));
      int64_t outer = Array::count(ArrayRef(to).take_front(axis));
      int64_t inner = Array::count(ArrayRef(to).drop_front(axis + 1));
      for (int64_t o = 0; o < outer; ++o)
        for (const Array *from :
             {static_cast<const Array *>(&joined), other.get()}) {
          int64_t run = from->shape[axis] * inner;
          elements.insert(elements.end(), from->elements.begin() + o * run,
                          from->elements.begin() + (o + 1) * run);
        }
      joined.shape = to;
      joined.elements = std::move(elements);
    }
    // The two halves of a rotation may have been computed apart.
    ArrayPtr whole = share(std::move(joined));
    ArrayPtr turned = rotated(*whole);
    set(result, turned ? turned : whole);
    return true;
  }
  if (type == "Gather") {
    ArrayPtr indices = get(op.input("indices"));
    int64_t axis = op.integer("axis");
    axis = axis < 0 ? axis + x.rank() : axis;
    if (isEmbedding) {
      bool byTokens = true,
           byPositions =
               static_cast<int64_t>(indices->elements.size()) == tokens;
      // Positions may count from a number that padding leaves free.
      double first = byPositions ? indices->elements[0].number : 0;
      byPositions &= first >= 0 && first + tokens <= double(x.shape[0]);
      for (auto [i, element] : llvm::enumerate(indices->elements)) {
        byTokens &= element.base == kTokens && element.row == int64_t(i);
        byPositions &=
            element.isNumber() && element.number == first + double(i);
      }
      if (!byTokens && !byPositions)
        return fail("looks rows of weights up by what are neither the tokens "
                    "nor their positions");
      if (x.rank() != 2 || axis != 0)
        return fail("looks tokens up in what is no matrix of rows");
      RowNode node = make(byTokens ? RowNode::Embedding : RowNode::Learned);
      node.weight = x.weight;
      node.transposed = x.transposed;
      node.features = x.shape[1];
      if (!byTokens && first > 0)
        node.rows = {int64_t(first), x.shape[0] - int64_t(first)};
      int number = addNode(node);
      Array rows;
      rows.shape = indices->shape;
      rows.shape.push_back(x.shape[1]);
      for (int64_t row = 0; row < tokens; ++row)
        for (int64_t f = 0; f < x.shape[1]; ++f)
          rows.elements.push_back(Element::of(number, row, f));
      set(result, share(std::move(rows)));
      return true;
    }
    if (!indices->isNumeric())
      return fail("gathers by the tokens");
    Shape to(x.shape.begin(), x.shape.begin() + axis);
    to.append(indices->shape);
    to.append(x.shape.begin() + axis + 1, x.shape.end());
    Shape from(x.shape.size());
    size_t inside = indices->shape.size();
    for (const Element &element : indices->elements)
      if (element.number >= x.shape[axis] || element.number < -x.shape[axis])
        return fail("gathers out of range");
    set(result, share(x.pick(to, [&](ArrayRef<int64_t> at) {
          for (int64_t i = 0; i < axis; ++i)
            from[i] = at[i];
          int64_t index =
              indices->elements[indices->offset(at.slice(axis, inside))].number;
          from[axis] = index < 0 ? index + x.shape[axis] : index;
          for (size_t i = axis + 1; i < from.size(); ++i)
            from[i] = at[i - 1 + inside];
          return x.offset(from);
        })));
    return true;
  }
  if (type == "GatherND") {
    ArrayPtr indices = get(op.input("indices"));
    if (!indices->isNumeric() || op.integer("batch_dims"))
      return fail("gathers by the tokens, or by batches");
    int64_t depth = indices->shape.back();
    Shape to(indices->shape.begin(), indices->shape.end() - 1);
    size_t outer = to.size();
    to.append(x.shape.begin() + depth, x.shape.end());
    Shape from(x.shape.size());
    for (size_t i = 0; i < indices->elements.size(); ++i) {
      int64_t size = x.shape[i % depth];
      double index = indices->elements[i].number;
      if (index >= size || index < -size)
        return fail("gathers out of range");
    }
    set(result, share(x.pick(to, [&](ArrayRef<int64_t> at) {
          Shape place(at.take_front(outer));
          place.push_back(0);
          int64_t first = indices->offset(place);
          for (int64_t i = 0; i < depth; ++i) {
            int64_t index = indices->elements[first + i].number;
            from[i] = index < 0 ? index + x.shape[i] : index;
          }
          for (size_t i = depth; i < from.size(); ++i)
            from[i] = at[outer + i - depth];
          return x.offset(from);
        })));
    return true;
  }
  if (type == "ConstantOfShape") {
    auto wanted = integers(op.input("input"));
    if (!wanted || Array::count(*wanted) > kMostElements)
      return fail("has a shape that depends on the tokens, or is too large");
    auto literal = dyn_cast_or_null<DenseElementsAttr>(op.attribute("value"));
    Array filled;
    filled.shape.assign(wanted->begin(), wanted->end());
    filled.elements.assign(Array::count(filled.shape),
                           literal ? elementsOf(literal)[0] : Element::of(0));
    set(result, share(std::move(filled)));
    return true;
  }
  if (type == "OneHot") {
    auto depth = integers(op.input("depth"));
    ArrayPtr choices = get(op.input("values"));
    if (!x.isNumeric() || !depth || depth->size() != 1 ||
        !choices->isNumeric() || op.integer("axis", -1) != -1 ||
        (*depth)[0] < 0 || (*depth)[0] > kMostElements ||
        Array::count(x.shape) * (*depth)[0] > kMostElements)
      return fail("depends on the tokens, or is not along its last axis");
    Array spread;
    spread.shape = x.shape;
    spread.shape.push_back((*depth)[0]);
    for (const Element &index : x.elements)
      for (int64_t i = 0; i < (*depth)[0]; ++i) {
        double place =
            index.number < 0 ? index.number + (*depth)[0] : index.number;
        spread.elements.push_back(choices->elements[place == i]);
      }
    set(result, share(std::move(spread)));
    return true;
  }
  if (type == "Range") {
    double bounds[3];
    for (unsigned i = 0; i < 3; ++i) {
      ArrayPtr bound = get(operation->getOperand(i));
      if (!bound->isNumeric())
        return fail("counts by the tokens");
      bounds[i] = bound->elements[0].number;
    }
    double count = std::ceil((bounds[1] - bounds[0]) / bounds[2]);
    if (!(count <= kMostElements))
      return fail("is too large");
    Array range;
    range.shape = {std::max<int64_t>(0, count)};
    for (int64_t i = 0; i < range.shape[0]; ++i)
      range.elements.push_back(Element::of(bounds[0] + i * bounds[2]));
    set(result, share(std::move(range)));
    return true;
  }
  // Trilu
  int64_t k = 0;
  if (Value value = op.input("k"))
    k = integers(value).value_or(SmallVector<int64_t>{0})[0];
  bool upper = op.integer("upper", 1);
  Array cut = x;
  int64_t columns = x.shape.back(), rows = x.shape[x.rank() - 2];
  for (auto [i, element] : llvm::enumerate(cut.elements)) {
    int64_t column = i % columns, row = i / columns % rows;
    if (upper ? column - row < k : column - row > k)
      element = Element::of(0);
  }
  set(result, share(std::move(cut)));
  return true;
}
