//===- TextFilters.cpp - Filters that make text of a value ----------------===//

#include "runtime/lib/chat_template/Filters.h"

#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Unicode.h"
#include "runtime/lib/chat_template/Utf8.h"

namespace llmrt::chat {
namespace {

/// soft_str: a string stays what it is, anything else becomes str(value).
Value softText(Heap &heap, const Value &value) {
  return value.is(Kind::String) ? value : heap.text(textOf(heap, value));
}

Value indented(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[3];
  if (!bind(heap, "indent", arguments, {"width", "first", "blank"}, given))
    return Value();
  if (value.is(Kind::Undefined))
    return failUndefined(heap, value);
  if (!value.is(Kind::String))
    return heap.fail(std::string("indent: a string is needed, not ") +
                     typeName(value));
  std::string indention;
  if (given[0].is(Kind::String)) {
    if (given[0].markup != value.markup)
      return heap.unsupported("indent that mixes safe and unsafe strings");
    indention = given[0].bytes();
  } else {
    int64_t width;
    if (!integerArgument(heap, "indent", given[0], 4, width))
      return Value();
    Builder spaces(heap);
    if (!spaces.add(width < 0 ? 0 : width, ' '))
      return Value();
    indention = spaces.take();
  }
  bool first = truth(given[1]), blank = truth(given[2]);
  std::string text(value.bytes());
  text += '\n';
  Builder out(heap);
  if (first)
    out.add(indention);
  bool isFirst = true;
  for (std::string_view line : splitLines(text, false)) {
    if (!isFirst &&
        (!out.add("\n") || ((blank || !line.empty()) && !out.add(indention))))
      return Value();
    isFirst = false;
    if (!out.add(line))
      return Value();
  }
  return heap.failed() ? Value() : heap.text(out.take(), value.markup);
}

/// Jinja's own title: words start after white space, - ( { [ <.
std::string titleWords(std::string_view text) {
  auto isBreak = [](uint32_t code) {
    return isSpace(code) || code == '-' || code == '(' || code == '{' ||
           code == '[' || code == '<';
  };
  std::string out;
  for (size_t start = 0; start < text.size();) {
    size_t end = start;
    bool breaks = false;
    for (size_t i = start; i < text.size(); end = i) {
      bool isOne = isBreak(nextCodePoint(text, i));
      if (end == start)
        breaks = isOne;
      else if (isOne != breaks)
        break;
    }
    std::string_view piece = text.substr(start, end - start);
    size_t second = 0;
    nextCodePoint(piece, second);
    out += upperCase(piece.substr(0, second));
    out += lowerCase(piece.substr(second));
    start = end;
  }
  return out;
}

Value truncated(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[4];
  int64_t length, leeway;
  if (!bind(heap, "truncate", arguments,
            {"length", "killwords", "end", "leeway"}, given))
    return Value();
  if (given[3].is(Kind::None))
    given[3] = Value::missing();
  if (!integerArgument(heap, "truncate", given[0], 255, length) ||
      !integerArgument(heap, "truncate", given[3], 5, leeway))
    return Value();
  Value end = given[2].is(Kind::Missing) ? heap.text("...") : given[2];
  if (!end.is(Kind::String) || end.markup || value.markup)
    return heap.unsupported("truncate of safe strings");
  int64_t endLength = codePoints(end.bytes());
  if (length < endLength || leeway < 0)
    return heap.fail("truncate: length is below that of its end, or leeway "
                     "is negative");
  if (value.is(Kind::Undefined))
    return value;
  if (!value.is(Kind::String))
    return heap.unsupported(std::string("truncate of a ") + typeName(value));
  int64_t count = lengthOf(heap, value);
  if (leeway > INT64_MAX - length || count <= length + leeway)
    return value;
  std::string_view kept = codePointRange(value.bytes(), 0, length - endLength);
  if (!truth(given[1]))
    kept = splitAt(kept, " ", 1, true).front();
  return heap.text(std::string(kept) + std::string(end.bytes()));
}

Value replacedText(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[3];
  if (!bind(heap, "replace", arguments, {"*old", "*new", "count"}, given))
    return Value();
  int64_t limit;
  if (given[2].is(Kind::None))
    given[2] = Value::missing();
  if (!integerArgument(heap, "replace", given[2], -1, limit))
    return Value();
  std::string text = textOf(heap, value), from = textOf(heap, given[0]),
              to = textOf(heap, given[1]);
  uint64_t times = replacements(text, from, limit), growth;
  if (__builtin_mul_overflow(times, uint64_t(to.size()), &growth))
    growth = UINT64_MAX;
  if (!heap.spendBytes(text.size()) || !heap.reserve(growth))
    return Value();
  return heap.text(replaced(text, from, to, limit));
}

} // namespace

Value applyTextFilter(Heap &heap, FilterId id, const Value &value,
                      Arguments &arguments) {
  switch (id) {
  case FilterId::Indent:
    return indented(heap, value, arguments);
  case FilterId::Truncate:
    return truncated(heap, value, arguments);
  case FilterId::Replace:
    return replacedText(heap, value, arguments);
  case FilterId::Format: {
    if (!arguments.keywords.empty()) {
      if (!arguments.positional.empty())
        return heap.fail("format: positional and keyword arguments at once");
      Value values = heap.dict();
      for (const auto &[name, item] : arguments.keywords)
        if (heap.failed() || !heap.insert(*values.dict, name, item))
          return Value();
      return formatPercent(heap, softText(heap, value), values);
    }
    return formatPercent(heap, softText(heap, value),
                         heap.tuple(arguments.positional));
  }
  case FilterId::Trim: {
    Value given[1];
    if (!bind(heap, "trim", arguments, {"chars"}, given))
      return Value();
    bool any = given[0].is(Kind::Missing) || given[0].is(Kind::None);
    if (!any && !given[0].is(Kind::String))
      return heap.fail("strip arg must be None or str");
    Value text = softText(heap, value);
    if (heap.failed())
      return Value();
    std::string_view characters = any ? std::string_view() : given[0].bytes();
    heap.spend((text.bytes().size() + 1) * (characters.size() + 1) / 32);
    return heap.text(
        stripped(text.bytes(), kLeft | kRight, any ? nullptr : &characters),
        text.markup);
  }
  case FilterId::Center: {
    Value given[1];
    if (!bind(heap, "center", arguments, {"width"}, given))
      return Value();
    arguments.positional = {given[0].is(Kind::Missing) ? Value::of(int64_t(80))
                                                       : given[0]};
    return callString(heap,
                      Method{MethodId::Center, nullptr, softText(heap, value)},
                      arguments);
  }
  default:
    break;
  }

  Value none[1];
  if (!bind(heap, "filter", arguments, {}, none))
    return Value();
  switch (id) {
  case FilterId::Safe:
    return heap.text(textOf(heap, value), true);
  case FilterId::Escape:
    return value.is(Kind::String) && value.markup
               ? value
               : heap.text(htmlEscaped(textOf(heap, value)), true);
  case FilterId::Forceescape:
    return heap.text(htmlEscaped(textOf(heap, value)), true);
  case FilterId::Title:
    return heap.text(titleWords(textOf(heap, value)));
  default:
    break;
  }
  Value text = softText(heap, value);
  if (heap.failed() || id == FilterId::String)
    return text;
  std::string_view bytes = text.bytes();
  return heap.text(id == FilterId::Upper   ? upperCase(bytes)
                   : id == FilterId::Lower ? lowerCase(bytes)
                                           : capitalized(bytes),
                   text.markup);
}

} // namespace llmrt::chat
