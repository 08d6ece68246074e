//===- Strings.cpp - Ops on tensors of texts ------------------------------===//

#include "dialects/onnx/ONNXDialect.h"
#include "frontends/tokenizer/PatternAutomaton.h"
#include "passes/onnx/lowering/CaseMapping.h"
#include "passes/onnx/lowering/Indexing.h"
#include "passes/onnx/lowering/LoweringTable.h"
#include "passes/onnx/lowering/SearchSorted.h"
#include "passes/onnx/lowering/Text.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace llm;
using namespace llm::onnx;
using arith::CmpIPredicate;

static Value sizeOf(GraphLowering &g, Value text) {
  return callText(g, "text.size", text, g.b.getI64Type())[0];
}

static LogicalResult lowerStringConcat(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X")), y = g.tensor(op.input("Y"));
  Tensor first = g.map({x, y}, x.element, [](ValueRange v) { return v[0]; }),
         second = g.map({x, y}, x.element, [](ValueRange v) { return v[1]; });
  Type i64 = g.b.getI64Type();
  g.set(op.output("Z"), makeTexts(
                            g, g.dims(first.value),
                            [&](ValueRange at) {
                              return g.e.add(sizeOf(g, g.at(first, at)),
                                             sizeOf(g, g.at(second, at)), i64);
                            },
                            [&](ValueRange at, Value to) {
                              callText(g, "text.join",
                                       {to, g.at(first, at), g.at(second, at)},
                                       {});
                            }));
  return success();
}

static LogicalResult lowerStringSplit(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  Type i64 = g.b.getI64Type();
  Value delimiter = textConstant(g, op.string("delimiter")),
        most =
            g.e.integer(op.has("maxsplit") ? op.integer("maxsplit") : -1, i64),
        none = g.e.integer(0, i64);
  Dims dims = g.dims(x.value);
  Tensor counts = g.tabulate(dims, i64, [&](ValueRange at) {
    return callText(g, "text.split", {g.at(x, at), delimiter, most, none, none},
                    i64)[0];
  });
  // The parts of a text and, before them, where they are.
  auto tableBytes = [&](Value count) {
    return g.e.mul(count, g.e.integer(8, i64), i64);
  };
  Tensor blocks = makeTexts(
      g, dims,
      [&](ValueRange at) {
        Value parts = g.e.mul(g.at(counts, at), g.e.integer(24, i64), i64);
        return g.e.add(sizeOf(g, g.at(x, at)), parts, i64);
      },
      [&](ValueRange at, Value to) {
        Value room = g.e.add(to, tableBytes(g.at(counts, at)), i64);
        callText(g, "text.split", {g.at(x, at), delimiter, most, to, room},
                 i64);
      });
  Tensor flat = g.reshape(counts, g.product(dims));
  Tensor largest = g.reduce(
      flat, 0, /*keepDims=*/false, i64, none,
      [&](Value max, Value count) { return g.e.max(max, count, i64); });
  Dims to = dims;
  to.push_back(g.e.toIndex(g.scalar(largest), i64));
  Value nothing = textConstant(g, "");
  g.set(op.output("Y"), g.tabulate(to, x.element, [&](ValueRange at) -> Value {
    ValueRange outer = at.drop_back();
    Value part = g.e.fromIndex(at.back(), i64);
    Value exists = g.e.less(part, g.at(counts, outer), i64);
    part = g.e.select(exists, part, none);
    Value place = g.e.add(g.at(blocks, outer), tableBytes(part), i64);
    Value pointer = LLVM::IntToPtrOp::create(
        g.b, LLVM::LLVMPointerType::get(g.b.getContext()), place);
    return g.e.select(exists, LLVM::LoadOp::create(g.b, i64, pointer), nothing);
  }));
  g.set(op.output("Z"), counts);
  return success();
}

static Tensor withCase(GraphLowering &g, Tensor x, bool upper) {
  std::string table = caseTable(upper);
  Type i64 = g.b.getI64Type();
  Value rows = g.e.integer(table.size() / 16, i64),
        base = bytesConstant(g, table);
  return makeTexts(
      g, g.dims(x.value),
      [&](ValueRange at) {
        // No code point becomes more than three times as long.
        return g.e.mul(sizeOf(g, g.at(x, at)), g.e.integer(3, i64), i64);
      },
      [&](ValueRange at, Value to) {
        callText(g, "text.replace", {to, g.at(x, at), base, rows}, {});
      });
}

/// Texts in another case but those to be left out; one empty text if none is
/// left.
static LogicalResult lowerStringNormalizer(OnnxOp op, GraphLowering &g) {
  Tensor x = g.tensor(op.input("X"));
  bool matrix = x.rank() == 2;
  if (x.rank() != 1 && !matrix)
    return notSupported(op, "an input of a rank other than 1 and 2");
  if (matrix)
    g.requireSame(g.dim(x.value, 0), g.fixed(1),
                  "StringNormalizer: an input of more than one row");
  Dim size = g.dim(x.value, x.rank() - 1);
  x = g.reshape(x, size);
  StringRef action = op.string("case_change_action", "NONE");
  if (action != "NONE" && action != "LOWER" && action != "UPPER")
    return op.operation()->emitError()
           << "StringNormalizer: case_change_action " << action
           << "; accepted: NONE, LOWER, UPPER";
  Tensor changed =
      action == "NONE" ? x : withCase(g, x, /*upper=*/action == "UPPER");
  SmallVector<StringRef> stopwords = op.strings("stopwords");
  bool caseMatters = op.integer("is_case_sensitive");
  SmallVector<std::string> lowered;
  Tensor keys = x;
  if (!caseMatters && !stopwords.empty()) {
    keys = action == "LOWER" ? changed : withCase(g, x, /*upper=*/false);
    for (StringRef word : stopwords)
      lowered.push_back(changeCase(word, /*upper=*/false));
    stopwords.assign(lowered.begin(), lowered.end());
  }
  Type i64 = g.b.getI64Type();
  Tensor kept = changed;
  if (!stopwords.empty()) {
    KeyTable table = makeKeyTable(g, stopwords);
    Tensor places = placesWhere(g, size, [&](Value i) {
      Value found = findKey(g, table, g.at(keys, i));
      return g.e.less(found, g.e.integer(0, i64), i64);
    });
    size = g.dim(places.value, 0);
    Value isEmpty = g.compare(CmpIPredicate::eq, size, g.fixed(0));
    kept = g.tabulate(
        g.max(size, g.fixed(1)), x.element, [&](ValueRange at) -> Value {
          Value place = g.e.toIndex(g.at(places, at), i64);
          place = g.e.select(isEmpty, g.index(0), place);
          return g.e.select(isEmpty, zero(g, x.element), g.at(changed, place));
        });
    size = g.dim(kept.value, 0);
  }
  g.set(op.output("Y"), matrix ? g.reshape(kept, {g.fixed(1), size}) : kept);
  return success();
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// RE2's syntax as the reader of patterns knows it, which follows Ruby's:
/// anchors of the text, not of lines, and classes of ASCII.
static std::string fromRE2(StringRef pattern) {
  std::string result;
  bool inBracket = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      char escaped = pattern[++i];
      switch (escaped) {
      case 'd':
        result += inBracket ? "0-9" : "[0-9]";
        break;
      case 'D':
        result += "[^0-9]";
        break;
      case 'w':
        result += inBracket ? "0-9A-Za-z_" : "[0-9A-Za-z_]";
        break;
      case 'W':
        result += "[^0-9A-Za-z_]";
        break;
      case 's':
        result += inBracket ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]";
        break;
      case 'S':
        result += "[^\\t\\n\\f\\r ]";
        break;
      default:
        result += {'\\', escaped};
      }
      continue;
    }
    if (c == '[' && !inBracket) {
      inBracket = true;
      result += c;
      // A bracket that comes first stands for itself.
      if (i + 1 < pattern.size() && pattern[i + 1] == '^')
        result += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') {
        result += "\\]";
        ++i;
      }
    } else if (c == ']' && inBracket) {
      inBracket = false;
      result += c;
    } else if (!inBracket && c == '^') {
      result += "\\A";
    } else if (!inBracket && c == '$') {
      result += "\\z";
    } else if (!inBracket && pattern.substr(i).starts_with("(?P<")) {
      result += "(?<";
      i += 3;
    } else {
      result += c;
    }
  }
  return result;
}

static LogicalResult lowerRegexFullMatch(OnnxOp op, GraphLowering &g) {
  std::string error;
  RegexTree tree = parseRegex(fromRE2(op.string("pattern")), error);
  if (!tree)
    return notSupported(op,
                        "the pattern '" + op.string("pattern") + "': " + error);
  // Nothing but the end of the text may follow.
  auto end = std::make_shared<RegexNode>();
  end->kind = RegexNode::Condition;
  end->ahead = {CodePointSet(), /*edge=*/true};
  tree = listRegex(RegexNode::Sequence, {tree, end});
  uint64_t work = kPatternWork;
  auto automaton = buildAutomaton(*tree, work, error);
  if (!automaton)
    return notSupported(op,
                        "the pattern '" + op.string("pattern") + "': " + error);
  if (!automaton->lookaheads.empty())
    return notSupported(op, "a pattern that looks ahead");
  std::string classes, next;
  auto append = [](std::string &to, uint32_t value, unsigned bytes) {
    char buffer[4];
    llvm::support::endian::write32le(buffer, value);
    to.append(buffer, bytes);
  };
  auto ranges = automaton->classOf;
  llvm::sort(ranges,
             [](auto &x, auto &y) { return x.first.first < y.first.first; });
  for (auto &[range, number] : ranges) {
    bool isLast = &range == &ranges.back().first;
    append(classes, isLast ? INT32_MAX : range.second - 1, 4);
    append(classes, number, 4);
  }
  for (uint16_t transition : automaton->next)
    append(next, transition, 2);
  Tensor x = g.tensor(op.input("X"));
  Type i64 = g.b.getI64Type(), boolean = g.b.getI1Type();
  Value classTable = bytesConstant(g, classes),
        nextTable = bytesConstant(g, next),
        columns = g.e.integer(automaton->classes + 1, i64),
        start = g.e.integer(automaton->start[automaton->classes], i64);
  g.set(op.output("Y"), g.map(x, boolean, [&](ValueRange v) {
    return callText(g, "text.match",
                    {v[0], classTable, nextTable, columns, start}, boolean)[0];
  }));
  return success();
}

void llm::onnx::addStrings(LoweringTable &table) {
  table.add("StringConcat", lowerStringConcat);
  table.add("StringSplit", lowerStringSplit);
  table.add("StringNormalizer", lowerStringNormalizer);
  table.add("RegexFullMatch", lowerRegexFullMatch);
}
