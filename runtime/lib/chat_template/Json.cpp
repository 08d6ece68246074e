//===- Json.cpp - The tojson filter ---------------------------------------===//
//
// json.dumps(value, ensure_ascii=False, indent, separators, sort_keys), which
// is what transformers puts in place of Jinja's HTML-safe filter.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Utf8.h"

#include <cmath>

namespace llmrt::chat {
namespace {

std::string jsonNumber(double value) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value < 0 ? "-Infinity" : "Infinity";
  return floatText(value);
}

class JsonWriter {
public:
  explicit JsonWriter(Heap &heap) : out(heap), heap(heap) {}

  bool asciiOnly = false, sortKeys = false, hasIndent = false;
  std::string indent, itemSeparator = ", ", keySeparator = ": ";
  Builder out;

  bool write(const Value &value) {
    if (!heap.spend(1))
      return false;
    switch (value.kind) {
    case Kind::None:
      return out.add("null");
    case Kind::Boolean:
      return out.add(value.boolean ? "true" : "false");
    case Kind::Integer:
      return out.add(std::to_string(value.integer));
    case Kind::Float:
      return out.add(jsonNumber(value.real));
    case Kind::String:
      return string(value.bytes());
    case Kind::List:
    case Kind::Tuple:
      return array(value.sequence->items);
    case Kind::Dict:
      return object(*value.dict);
    default:
      heap.fail(std::string("Object of type ") + typeName(value) +
                " is not JSON serializable");
      return false;
    }
  }

private:
  bool newLine() {
    if (!hasIndent)
      return true;
    if (!out.add("\n"))
      return false;
    for (uint32_t i = 0; i < depth; ++i)
      if (!out.add(indent))
        return false;
    return true;
  }

  void escape(std::string &text, uint32_t unit) {
    constexpr char digits[] = "0123456789abcdef";
    text += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
      text += digits[(unit >> shift) & 15];
  }

  bool string(std::string_view bytes) {
    if (!heap.spendBytes(bytes.size()))
      return false;
    std::string text = "\"";
    for (size_t i = 0; i < bytes.size();) {
      uint32_t code = nextCodePoint(bytes, i);
      constexpr std::string_view special = "\"\\\n\r\t\f\b";
      constexpr std::string_view letters = "\"\\nrtfb";
      size_t found = code < 0x80 ? special.find(static_cast<char>(code))
                                 : std::string_view::npos;
      if (found != std::string_view::npos) {
        text += '\\';
        text += letters[found];
      } else if (code < 0x20) {
        escape(text, code);
      } else if (asciiOnly && code > 0xFFFF) {
        escape(text, 0xD800 + ((code - 0x10000) >> 10));
        escape(text, 0xDC00 + ((code - 0x10000) & 0x3FF));
      } else if (asciiOnly && code > 0x7E) {
        escape(text, code);
      } else {
        appendCodePoint(text, code);
      }
    }
    return out.add(text += '"');
  }

  bool array(const std::vector<Value> &items) {
    if (items.empty())
      return out.add("[]");
    if (!out.add("["))
      return false;
    ++depth;
    for (size_t i = 0; i < items.size(); ++i)
      if ((i && !out.add(itemSeparator)) || !newLine() || !write(items[i]))
        return false;
    --depth;
    return newLine() && out.add("]");
  }

  bool key(const Value &value) {
    switch (value.kind) {
    case Kind::String:
      return string(value.bytes());
    case Kind::Integer:
      return out.add('"' + std::to_string(value.integer) + '"');
    case Kind::Float:
      return out.add('"' + jsonNumber(value.real) + '"');
    case Kind::Boolean:
      return out.add(value.boolean ? "\"true\"" : "\"false\"");
    case Kind::None:
      return out.add("\"null\"");
    default:
      heap.fail(std::string("keys must be str, int, float, bool or None, "
                            "not ") +
                typeName(value));
      return false;
    }
  }

  bool object(const Dict &dict) {
    std::vector<Value> order, keys;
    for (size_t i = 0; i < dict.entries.size(); ++i) {
      order.push_back(Value::of(static_cast<int64_t>(i)));
      keys.push_back(dict.entries[i].first);
    }
    if (order.empty())
      return out.add("{}");
    if (sortKeys)
      order = sortedBy(heap, order, keys, false);
    if (heap.failed() || !out.add("{"))
      return false;
    ++depth;
    bool first = true;
    for (const Value &position : order) {
      const auto &[name, value] = dict.entries[position.integer];
      if ((!first && !out.add(itemSeparator)) || !newLine() || !key(name) ||
          !out.add(keySeparator) || !write(value))
        return false;
      first = false;
    }
    --depth;
    return newLine() && out.add("}");
  }

  Heap &heap;
  uint32_t depth = 0;
};

} // namespace

Value toJson(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[4];
  if (!bind(heap, "tojson", arguments,
            {"ensure_ascii", "indent", "separators", "sort_keys"}, given))
    return Value();
  JsonWriter writer(heap);
  writer.asciiOnly = truth(given[0]);
  writer.sortKeys = truth(given[3]);
  const Value &indent = given[1], &separators = given[2];
  const std::vector<Value> *parts = nullptr;
  if (!separators.is(Kind::Missing) && !separators.is(Kind::None)) {
    if (!(parts = itemsOf(heap, separators)))
      return Value();
    if (parts->size() != 2)
      return heap.fail("tojson: separators must be two strings");
  }
  // json.dumps looks at the rest of the layout only for what has parts.
  if (value.is(Kind::String)) {
    writer.write(value);
    return heap.failed() ? Value() : heap.text(writer.out.take());
  }
  if (indent.isIndex()) {
    writer.hasIndent = true;
    int64_t width = std::max<int64_t>(indent.index(), 0);
    if (static_cast<uint64_t>(width) > heap.bytesAvailable()) {
      heap.reserve(UINT64_MAX);
      return Value();
    }
    writer.indent.assign(width, ' ');
  } else if (indent.is(Kind::String)) {
    writer.hasIndent = true;
    writer.indent = indent.bytes();
  } else if (!indent.is(Kind::None) && !indent.is(Kind::Missing)) {
    return heap.fail(std::string("tojson: indent is a ") + typeName(indent) +
                     ", not an integer, string or none");
  }
  if (parts) {
    if (!(*parts)[0].is(Kind::String) || !(*parts)[1].is(Kind::String))
      return heap.fail("tojson: separators must be two strings");
    writer.itemSeparator = (*parts)[0].bytes();
    writer.keySeparator = (*parts)[1].bytes();
  } else if (writer.hasIndent) {
    writer.itemSeparator = ",";
  }
  if (!writer.write(value))
    return Value();
  return heap.text(writer.out.take());
}

} // namespace llmrt::chat
