//===- Repr.cpp - str() and repr() of template values ---------------------===//
//
// Templates that print a list or dict without tojson get Python's own notation,
// and models were trained on it, so it has to come out the same.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Operators.h"

#include "runtime/lib/chat_template/Text.h"

namespace llmrt::chat {
namespace {

class Printer {
public:
  Printer(Builder &out, Heap &heap) : out(out), heap(heap) {}

  bool repr(const Value &value) {
    if (!heap.spend(1))
      return false;
    // Values cannot nest deeper than this, but a namespace may hold itself.
    if (depth > kMaxValueDepth) {
      heap.fail("a namespace that nests too deeply cannot be printed");
      return false;
    }
    ++depth;
    bool done = reprHere(value);
    --depth;
    return done;
  }

private:
  bool reprHere(const Value &value) {
    switch (value.kind) {
    case Kind::String:
      if (value.markup)
        return out.add("Markup(") && out.add(quotedText(value.bytes())) &&
               out.add(")");
      return heap.spendBytes(value.bytes().size()) &&
             out.add(quotedText(value.bytes()));
    case Kind::Undefined:
      return out.add("Undefined");
    case Kind::None:
      return out.add("None");
    case Kind::Boolean:
      return out.add(value.boolean ? "True" : "False");
    case Kind::Integer:
      return out.add(std::to_string(value.integer));
    case Kind::Float:
      return out.add(floatText(value.real));
    case Kind::List:
      return out.add("[") && items(value.sequence->items) && out.add("]");
    case Kind::Tuple:
      return out.add("(") && items(value.sequence->items) &&
             out.add(value.sequence->items.size() == 1 ? ",)" : ")");
    case Kind::Dict:
      return entries(*value.dict);
    case Kind::Range:
      return out.add("range(" + std::to_string(value.range->start) + ", " +
                     std::to_string(value.range->stop) +
                     (value.range->step == 1
                          ? ")"
                          : ", " + std::to_string(value.range->step) + ")"));
    case Kind::View:
      return view(*value.view);
    case Kind::Namespace:
      return out.add("<Namespace ") && entries(*value.dict) && out.add(">");
    case Kind::Macro:
      return out.add("<Macro ") &&
             out.add(value.macro->name ? quotedText(value.macro->name->bytes)
                                       : "anonymous") &&
             out.add(">");
    default:
      heap.unsupported(std::string("printing a ") + typeName(value));
      return false;
    }
  }

  bool items(const std::vector<Value> &values) {
    for (size_t i = 0; i < values.size(); ++i)
      if ((i && !out.add(", ")) || !repr(values[i]))
        return false;
    return true;
  }

  bool entries(const Dict &dict) {
    if (!out.add("{"))
      return false;
    for (size_t i = 0; i < dict.entries.size(); ++i)
      if ((i && !out.add(", ")) || !repr(dict.entries[i].first) ||
          !out.add(": ") || !repr(dict.entries[i].second))
        return false;
    return out.add("}");
  }

  bool view(const View &view) {
    if (!out.add(view.part == View::Keys     ? "dict_keys(["
                 : view.part == View::Values ? "dict_values(["
                                             : "dict_items(["))
      return false;
    bool first = true;
    for (const auto &[key, value] : view.dict->entries) {
      if (!first && !out.add(", "))
        return false;
      first = false;
      bool done = view.part == View::Keys ? repr(key)
                  : view.part == View::Values
                      ? repr(value)
                      : out.add("(") && repr(key) && out.add(", ") &&
                            repr(value) && out.add(")");
      if (!done)
        return false;
    }
    return out.add("])");
  }

  Builder &out;
  Heap &heap;
  uint32_t depth = 0;
};

} // namespace

bool appendRepr(Builder &out, Heap &heap, const Value &value) {
  return Printer(out, heap).repr(value);
}

bool appendText(Builder &out, Heap &heap, const Value &value) {
  if (value.is(Kind::String))
    return heap.spendBytes(value.bytes().size()) && out.add(value.bytes());
  if (value.is(Kind::Undefined))
    return true;
  return appendRepr(out, heap, value);
}

std::string textOf(Heap &heap, const Value &value) {
  if (value.is(Kind::String))
    return std::string(value.bytes());
  Builder out(heap);
  appendText(out, heap, value);
  return out.take();
}

} // namespace llmrt::chat
