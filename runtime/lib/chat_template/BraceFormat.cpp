//===- BraceFormat.cpp - "{} and {name}".format(values) -------------------===//
//
// str.format as the sandbox has it: fields by order, number or name, with
// .attribute and [item] look-ups, !s and !r, and format specifications of
// strings and numbers.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Calls.h"
#include "runtime/lib/chat_template/NumberFormat.h"
#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Utf8.h"

namespace llmrt::chat {
namespace {

class BraceFormatter {
public:
  BraceFormatter(Heap &heap, std::string_view format, Arguments &arguments)
      : heap(heap), format(format), arguments(arguments), out(heap) {}

  Value run() {
    for (size_t i = 0; i < format.size() && !heap.failed();) {
      char c = format[i];
      if (c != '{' && c != '}') {
        size_t end = std::min(format.find_first_of("{}", i), format.size());
        out.add(format.substr(i, end - i));
        i = end;
      } else if (i + 1 < format.size() && format[i + 1] == c) {
        out.add(format.substr(i, 1));
        i += 2;
      } else if (c == '}') {
        return heap.fail("Single '}' encountered in format string");
      } else if (!field(++i)) {
        return Value();
      }
    }
    return heap.failed() ? Value() : heap.text(out.take());
  }

private:
  bool fail(const std::string &message) {
    heap.fail(message);
    return false;
  }

  bool field(size_t &i) {
    size_t start = i;
    int brackets = 0;
    while (i < format.size() &&
           (brackets ||
            (format[i] != '}' && format[i] != ':' && format[i] != '!'))) {
      if (format[i] == '{')
        return fail("unexpected '{' in field name");
      brackets += format[i] == '[' ? 1 : format[i] == ']' ? -brackets : 0;
      ++i;
    }
    Value value;
    if (!lookUp(format.substr(start, i - start), value))
      return false;
    char conversion = 0;
    if (i < format.size() && format[i] == '!') {
      if (i + 2 >= format.size())
        return fail("unmatched '{' in format spec");
      conversion = format[i + 1];
      i += 2;
      if (format[i] != ':' && format[i] != '}')
        return fail("expected ':' after conversion specifier");
    }
    std::string_view spec;
    if (i < format.size() && format[i] == ':') {
      size_t from = ++i;
      while (i < format.size() && format[i] != '}') {
        if (format[i] == '{') {
          heap.unsupported("fields inside a format specification");
          return false;
        }
        ++i;
      }
      spec = format.substr(from, i - from);
    }
    if (i >= format.size())
      return fail("expected '}' before end of string");
    ++i;
    if (conversion == 's') {
      value = heap.text(textOf(heap, value));
    } else if (conversion == 'r') {
      Builder made(heap);
      if (!appendRepr(made, heap, value))
        return false;
      value = heap.text(made.take());
    } else if (conversion) {
      heap.unsupported(std::string("conversion '!") + conversion + "'");
      return false;
    }
    return !heap.failed() && write(value, spec);
  }

  bool lookUp(std::string_view name, Value &value) {
    size_t end = std::min(name.find_first_of(".["), name.size());
    std::string_view first = name.substr(0, end);
    int64_t index = -1;
    if (first.empty()) {
      if (numbered == Manual)
        return fail("cannot switch from manual field specification to "
                    "automatic field numbering");
      numbered = Automatic;
      index = nextField++;
    } else if (parseInt(first, 10, index) == ParsedInt::Ok) {
      if (numbered == Automatic)
        return fail("cannot switch from automatic field numbering to manual "
                    "field specification");
      numbered = Manual;
    }
    if (index >= 0) {
      if (index >= static_cast<int64_t>(arguments.positional.size()))
        return fail("Replacement index " + std::to_string(index) +
                    " out of range for positional args tuple");
      value = arguments.positional[index];
    } else {
      bool found = false;
      for (const auto &[key, item] : arguments.keywords)
        if (key == first) {
          value = item;
          found = true;
        }
      if (!found)
        return fail("no value for the field " + quotedText(first));
    }
    std::string_view rest = name.substr(end);
    while (!rest.empty() && !heap.failed()) {
      if (rest[0] == '.') {
        size_t stop = std::min(rest.find_first_of(".[", 1), rest.size());
        if (stop == 1)
          return fail("Empty attribute in format string");
        value = getAttribute(heap, value, rest.substr(1, stop - 1));
        rest = rest.substr(stop);
      } else {
        size_t stop = rest.find(']');
        if (rest[0] != '[' || stop == std::string_view::npos || stop == 1)
          return fail("Missing ']' in format string");
        std::string_view key = rest.substr(1, stop - 1);
        int64_t position;
        bool digits =
            key.find_first_not_of("0123456789") == std::string_view::npos &&
            parseInt(key, 10, position) == ParsedInt::Ok;
        value =
            getItem(heap, value, digits ? Value::of(position) : heap.text(key));
        rest = rest.substr(stop + 1);
        if (!rest.empty() && rest[0] != '.' && rest[0] != '[')
          return fail("Only '.' or '[' may follow ']' in format field "
                      "specifier");
      }
    }
    return !heap.failed();
  }

  static bool isAlign(char c) {
    return c == '<' || c == '>' || c == '^' || c == '=';
  }

  bool parseSpec(std::string_view spec, NumberFormat &result, bool &aligned) {
    size_t i = 0, second = 0;
    if (!spec.empty())
      nextCodePoint(spec, second);
    aligned = true;
    if (second < spec.size() && isAlign(spec[second])) {
      result.fill = spec.substr(0, second);
      result.align = spec[second];
      i = second + 1;
    } else if (!spec.empty() && isAlign(spec[0])) {
      result.align = spec[0];
      i = 1;
    } else {
      aligned = false;
    }
    auto at = [&](char c) { return i < spec.size() && spec[i] == c; };
    if (at('+') || at('-') || at(' '))
      result.sign = spec[i++];
    if (at('#')) {
      result.alternate = true;
      ++i;
    }
    if (at('0')) {
      if (!aligned) {
        result.fillZeros();
        aligned = true;
      }
      ++i;
    }
    auto number = [&](int64_t &size) {
      while (i < spec.size() && spec[i] >= '0' && spec[i] <= '9') {
        size = size * 10 + (spec[i++] - '0');
        if (size > INT32_MAX)
          return fail("Too many decimal digits in format string");
      }
      return true;
    };
    if (!number(result.width))
      return false;
    if (at(',') || at('_'))
      result.grouping = spec[i++];
    if (at('.')) {
      result.precision = 0;
      size_t digits = ++i;
      if (!number(result.precision))
        return false;
      if (digits == i)
        return fail("Format specifier missing precision");
    }
    result.type = i < spec.size() ? spec[i++] : 0;
    if (i != spec.size())
      return fail("Invalid format specifier");
    return true;
  }

  bool write(const Value &value, std::string_view spec) {
    if (spec.empty())
      return appendText(out, heap, value);
    NumberFormat parsed;
    bool aligned;
    if (!parseSpec(spec, parsed, aligned))
      return false;
    auto isOneOf = [&](std::string_view types) {
      return types.find(parsed.type) != std::string_view::npos;
    };
    if (value.is(Kind::String)) {
      if (!aligned)
        parsed.align = '<';
      if ((parsed.type && parsed.type != 's') || parsed.align == '=' ||
          parsed.sign != '-' || parsed.grouping || parsed.alternate)
        return fail("Invalid format specifier for a string");
      std::string_view text = value.bytes();
      if (parsed.precision >= 0)
        text = codePointRange(text, 0, parsed.precision);
      return parsed.pad(out, heap, text);
    }
    if (value.is(Kind::Integer) || (value.is(Kind::Boolean) && parsed.type)) {
      if (parsed.grouping && parsed.fill == "0") {
        heap.unsupported("zeros with thousands separators");
        return false;
      }
      if (!parsed.type || isOneOf("dxXob")) {
        if (parsed.precision >= 0)
          return fail("Precision not allowed in integer format specifier");
        if (parsed.grouping == ',' && parsed.type && parsed.type != 'd')
          return fail("Cannot specify ',' with this type");
        if (!parsed.type)
          parsed.type = 'd';
        return parsed.integer(out, heap, value.index());
      }
      if (isOneOf("eEfFgG%"))
        return parsed.real(out, heap, static_cast<double>(value.index()));
    }
    if (value.is(Kind::Float) && parsed.type && isOneOf("eEfFgG%")) {
      if (parsed.grouping && parsed.fill == "0") {
        heap.unsupported("zeros with thousands separators");
        return false;
      }
      return parsed.real(out, heap, value.real);
    }
    heap.unsupported("format specification '" + std::string(spec) + "' for a " +
                     typeName(value));
    return false;
  }

  Heap &heap;
  std::string_view format;
  Arguments &arguments;
  Builder out;
  enum { Unnumbered, Automatic, Manual } numbered = Unnumbered;
  int64_t nextField = 0;
};

} // namespace

Value formatBraces(Heap &heap, const Value &format, Arguments &arguments) {
  if (format.markup)
    return heap.unsupported("format() of a safe string");
  if (!heap.spendBytes(format.bytes().size()))
    return Value();
  return BraceFormatter(heap, format.bytes(), arguments).run();
}

} // namespace llmrt::chat
