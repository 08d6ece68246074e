//===- PercentFormat.cpp - "%s and %d" % (values) -------------------------===//
//
// Python's printf-style formatting: a tuple gives the values in order, a dict
// by %(name)s, and anything else is the one value.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/NumberFormat.h"
#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Utf8.h"

namespace llmrt::chat {
namespace {

class PercentFormatter {
public:
  PercentFormatter(Heap &heap, const Value &format, const Value &values)
      : heap(heap), format(format.bytes()), markup(format.markup),
        values(values), out(heap) {
    isTuple = values.is(Kind::Tuple);
    // A mapping serves %(name)s, and is not missed when nothing reads it.
    isMapping = values.is(Kind::Dict) || values.is(Kind::List) ||
                values.is(Kind::Range) || values.is(Kind::Undefined);
  }

  Value run() {
    for (size_t i = 0; i < format.size() && !heap.failed();) {
      size_t start = i;
      while (i < format.size() && format[i] != '%')
        ++i;
      out.add(format.substr(start, i - start));
      if (i < format.size() && !directive(++i))
        return Value();
    }
    if (heap.failed())
      return Value();
    bool unread = isTuple ? next < values.sequence->items.size()
                          : !isMapping && next == 0;
    if (unread)
      return heap.fail("not all arguments converted during string formatting");
    return heap.text(out.take(), markup);
  }

private:
  bool fail(const std::string &message) {
    heap.fail(message);
    return false;
  }

  bool nextValue(Value &value) {
    if (isTuple) {
      if (next >= values.sequence->items.size())
        return fail("not enough arguments for format string");
      value = values.sequence->items[next++];
      return true;
    }
    if (next++ > 0)
      return fail("not enough arguments for format string");
    value = values;
    return true;
  }

  bool number(size_t &i, int64_t &result) {
    if (i < format.size() && format[i] == '*') {
      ++i;
      Value value;
      if (!nextValue(value))
        return false;
      if (!value.isIndex())
        return fail("* wants int");
      result = value.index();
      return true;
    }
    result = 0;
    while (i < format.size() && format[i] >= '0' && format[i] <= '9') {
      result = result * 10 + (format[i++] - '0');
      if (result > INT32_MAX)
        return fail("width too big");
    }
    return true;
  }

  bool directive(size_t &i) {
    Value value = Value::missing();
    if (i < format.size() && format[i] == '(') {
      size_t start = ++i;
      for (int depth = 1; i < format.size(); ++i) {
        depth += (format[i] == '(') - (format[i] == ')');
        if (depth == 0)
          break;
      }
      if (i == format.size())
        return fail("incomplete format key");
      if (!values.is(Kind::Dict))
        return fail("format requires a mapping");
      std::string_view key = format.substr(start, i++ - start);
      const Value *held = values.dict->find(key);
      if (!held)
        return fail("no value for the format key " + quotedText(key));
      value = *held;
    }
    NumberFormat spec;
    spec.align = '>';
    bool zero = false;
    for (; i < format.size(); ++i) {
      char c = format[i];
      if (c == '-')
        spec.align = '<';
      else if (c == '+')
        spec.sign = '+';
      else if (c == ' ')
        spec.sign = spec.sign == '+' ? '+' : ' ';
      else if (c == '#')
        spec.alternate = true;
      else if (c == '0')
        zero = true;
      else
        break;
    }
    int64_t width = 0;
    if (!number(i, width))
      return false;
    if (width < 0) {
      spec.align = '<';
      width = width == INT64_MIN ? INT64_MAX : -width;
    }
    spec.width = width;
    if (i < format.size() && format[i] == '.') {
      ++i;
      if (!number(i, spec.precision))
        return false;
      spec.precision = std::max<int64_t>(spec.precision, 0);
    }
    if (i < format.size() &&
        (format[i] == 'h' || format[i] == 'l' || format[i] == 'L'))
      ++i;
    if (i == format.size())
      return fail("incomplete format");
    char letter = format[i++];
    if (letter == '%')
      return out.add("%");
    if (value.is(Kind::Missing) && !nextValue(value))
      return false;
    spec.type = letter;
    return converted(spec, zero, value);
  }

  bool converted(NumberFormat &spec, bool zero, const Value &value) {
    std::string text;
    switch (spec.type) {
    case 's':
    case 'r': {
      Builder made(heap);
      if (!(spec.type == 's' ? appendText(made, heap, value)
                             : appendRepr(made, heap, value)))
        return false;
      text = made.take();
      if (markup && !(value.is(Kind::String) && value.markup))
        text = htmlEscaped(text);
      if (spec.precision >= 0)
        text = codePointRange(text, 0, spec.precision);
      return spec.pad(out, heap, text);
    }
    case 'c':
      if (value.is(Kind::String) && codePoints(value.bytes()) == 1)
        return spec.pad(out, heap, value.bytes());
      if (!value.isIndex())
        return fail("%c requires int or char");
      if (value.index() < 0 || value.index() > 0x10FFFF ||
          (value.index() >= 0xD800 && value.index() <= 0xDFFF))
        return fail("%c arg not in range(0x110000)");
      appendCodePoint(text, static_cast<uint32_t>(value.index()));
      return spec.pad(out, heap, text);
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
      Value integer = value;
      bool decimal = spec.type == 'd' || spec.type == 'i' || spec.type == 'u';
      if (value.is(Kind::Float) && decimal) {
        if (!(value.real > -9e18 && value.real < 9e18))
          return fail("cannot convert this float to an integer");
        integer = Value::of(static_cast<int64_t>(value.real));
      }
      if (value.is(Kind::Undefined))
        return fail(value.cause ? value.cause->message : "undefined");
      if (!integer.isIndex())
        return fail(std::string("%") + spec.type +
                    " format: a number is required, not " + typeName(value));
      if (decimal)
        spec.type = 'd';
      if (zero && spec.align == '>')
        spec.fillZeros();
      return spec.integer(out, heap, integer.index());
    }
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      if (value.is(Kind::Undefined))
        return fail(value.cause ? value.cause->message : "undefined");
      if (!value.isNumber())
        return fail(std::string("must be real number, not ") + typeName(value));
      if (zero && spec.align == '>')
        spec.fillZeros();
      return spec.real(out, heap,
                       value.is(Kind::Float)
                           ? value.real
                           : static_cast<double>(value.index()));
    case 'a':
      heap.unsupported("format character 'a'");
      return false;
    default:
      return fail(std::string("unsupported format character '") + spec.type +
                  "'");
    }
  }

  Heap &heap;
  std::string_view format;
  bool markup;
  const Value &values;
  Builder out;
  bool isTuple, isMapping;
  size_t next = 0;
};

} // namespace

Value formatPercent(Heap &heap, const Value &format, const Value &values) {
  if (heap.failed())
    return Value();
  return PercentFormatter(heap, format, values).run();
}

} // namespace llmrt::chat
