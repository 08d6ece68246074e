//===- StringMethods.cpp - Methods of strings -----------------------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Unicode.h"
#include "runtime/lib/chat_template/Utf8.h"

#include <algorithm>

namespace llmrt::chat {
namespace {

/// One call of a method on a string.
class StringCall {
public:
  StringCall(Heap &heap, const Method &method, Arguments &arguments)
      : heap(heap), self(method.self), text(self.bytes()), id(method.id),
        name(method.name ? method.name->bytes.c_str() : "str"),
        arguments(arguments) {}

  Value run() {
    if (!heap.spendBytes(text.size()))
      return Value();
    switch (id) {
    case MethodId::Strip:
      return strip(kLeft | kRight);
    case MethodId::Lstrip:
      return strip(kLeft);
    case MethodId::Rstrip:
      return strip(kRight);
    case MethodId::Split:
      return split(false);
    case MethodId::Rsplit:
      return split(true);
    case MethodId::Splitlines:
      return lines();
    case MethodId::Startswith:
    case MethodId::Endswith:
      return affix();
    case MethodId::Find:
    case MethodId::Rfind:
    case MethodId::Index:
    case MethodId::Rindex:
    case MethodId::Count:
      return search();
    case MethodId::Replace:
      return replace();
    case MethodId::Join:
      return join();
    case MethodId::Partition:
      return partition(false);
    case MethodId::Rpartition:
      return partition(true);
    case MethodId::Removeprefix:
    case MethodId::Removesuffix:
      return remove();
    case MethodId::Center:
    case MethodId::Ljust:
    case MethodId::Rjust:
      return justify();
    case MethodId::Zfill:
      return zfill();
    case MethodId::Upper:
      return mapped(upperCase);
    case MethodId::Lower:
      return mapped(lowerCase);
    case MethodId::Title:
      return mapped(titleCase);
    case MethodId::Capitalize:
      return mapped(capitalized);
    case MethodId::Isspace:
      return isSpaceOnly();
    default:
      return isOfKind();
    }
  }

private:
  Value made(std::string_view bytes) { return heap.text(bytes, self.markup); }

  bool stringArgument(const Value &value, std::string &bytes) {
    if (!value.is(Kind::String)) {
      heap.fail(std::string(name) + "(): a string is needed, not " +
                typeName(value));
      return false;
    }
    // Markup escapes what it is given.
    bytes = self.markup && !value.markup ? htmlEscaped(value.bytes())
                                         : std::string(value.bytes());
    return true;
  }

  /// bind() of positional-only parameters.
  bool given(std::initializer_list<const char *> parameters, Value *values) {
    return bind(heap, name, arguments, parameters, values);
  }

  Value strip(unsigned sides) {
    Value values[1];
    if (!given({"/chars"}, values))
      return Value();
    if (values[0].is(Kind::Missing) || values[0].is(Kind::None))
      return made(stripped(text, sides, nullptr));
    if (!values[0].is(Kind::String))
      return heap.fail(std::string(name) + " arg must be None or str");
    std::string_view characters = values[0].bytes();
    heap.spend((text.size() + 1) * (characters.size() + 1) / 32);
    return made(stripped(text, sides, &characters));
  }

  Value listOf(const std::vector<std::string_view> &parts) {
    std::vector<Value> items;
    for (std::string_view part : parts) {
      items.push_back(made(part));
      if (heap.failed())
        return Value();
    }
    return heap.list(std::move(items));
  }

  Value split(bool fromRight) {
    Value values[2];
    int64_t limit;
    if (!given({"sep", "maxsplit"}, values) ||
        !integerArgument(heap, name, values[1], -1, limit))
      return Value();
    if (values[0].is(Kind::Missing) || values[0].is(Kind::None))
      return listOf(splitAtSpace(text, limit, fromRight));
    if (!values[0].is(Kind::String))
      return heap.fail(std::string("must be str or None, not ") +
                       typeName(values[0]));
    if (values[0].bytes().empty())
      return heap.fail("empty separator");
    return listOf(splitAt(text, values[0].bytes(), limit, fromRight));
  }

  Value lines() {
    Value values[1];
    int64_t keepEnds;
    if (!given({"keepends"}, values) ||
        !integerArgument(heap, name, values[0], 0, keepEnds))
      return Value();
    return listOf(splitLines(text, keepEnds != 0));
  }

  /// text[start:end] as the optional arguments of find and its like say.
  bool section(const Value &start, const Value &end, int64_t &first,
               int64_t &last) {
    int64_t length = codePoints(text);
    auto bound = [&](const Value &value, int64_t absent, int64_t &result) {
      if (value.is(Kind::Missing) || value.is(Kind::None)) {
        result = absent;
        return true;
      }
      if (!value.isIndex()) {
        heap.fail("slice indices must be integers or None");
        return false;
      }
      result = value.index();
      if (result < 0)
        result = std::max<int64_t>(result + length, 0);
      return true;
    };
    return bound(start, 0, first) && bound(end, length, last);
  }

  Value affix() {
    Value values[3];
    int64_t first, last;
    if (!given({"/*prefix", "/start", "/end"}, values) ||
        !section(values[1], values[2], first, last))
      return Value();
    int64_t length = codePoints(text);
    last = std::min(last, length);
    std::vector<Value> affixes = {values[0]};
    if (values[0].is(Kind::Tuple))
      affixes = values[0].sequence->items;
    for (const Value &affix : affixes) {
      if (!affix.is(Kind::String))
        return heap.fail(std::string(name) +
                         " first arg must be str or a tuple of str, not " +
                         typeName(affix));
      if (!heap.spend(1))
        return Value();
      if (first > last)
        continue;
      std::string_view part = codePointRange(text, first, last);
      std::string_view wanted = affix.bytes();
      if (wanted.size() <= part.size() &&
          (id == MethodId::Startswith
               ? part.substr(0, wanted.size())
               : part.substr(part.size() - wanted.size())) == wanted)
        return Value::of(true);
    }
    return Value::of(false);
  }

  Value search() {
    Value values[3];
    int64_t first, last;
    if (!given({"/*sub", "/start", "/end"}, values) ||
        !section(values[1], values[2], first, last))
      return Value();
    if (!values[0].is(Kind::String))
      return heap.fail(std::string("must be str, not ") + typeName(values[0]));
    std::string_view wanted = values[0].bytes();
    int64_t length = codePoints(text);
    last = std::min(last, length);
    bool possible = first <= last;
    std::string_view part =
        possible ? codePointRange(text, first, last) : std::string_view();
    if (id == MethodId::Count)
      return Value::of(possible ? replacements(part, wanted, -1) : 0);
    bool fromRight = id == MethodId::Rfind || id == MethodId::Rindex;
    size_t at =
        fromRight ? findTextFromRight(part, wanted) : findText(part, wanted);
    if (!possible || at == std::string_view::npos) {
      if (id == MethodId::Index || id == MethodId::Rindex)
        return heap.fail("substring not found");
      return Value::of(int64_t(-1));
    }
    return Value::of(first + codePoints(part.substr(0, at)));
  }

  Value replace() {
    Value values[3];
    int64_t limit;
    std::string from, to;
    if (!given({"/*old", "/*new", "/count"}, values) ||
        !integerArgument(heap, name, values[2], -1, limit) ||
        !stringArgument(values[0], from) || !stringArgument(values[1], to))
      return Value();
    uint64_t growth;
    if (__builtin_mul_overflow(uint64_t(replacements(text, from, limit)),
                               uint64_t(to.size()), &growth))
      growth = UINT64_MAX;
    if (!heap.reserve(growth))
      return Value();
    return made(replaced(text, from, to, limit));
  }

  Value join() {
    Value values[1];
    if (!given({"/*iterable"}, values))
      return Value();
    const std::vector<Value> *items = itemsOf(heap, values[0]);
    if (!items)
      return Value();
    Builder out(heap);
    for (size_t i = 0; i < items->size(); ++i) {
      std::string piece;
      if (!stringArgument((*items)[i], piece) || (i && !out.add(text)) ||
          !out.add(piece))
        return Value();
    }
    return heap.text(out.take(), self.markup);
  }

  Value partition(bool fromRight) {
    Value values[1];
    if (!given({"/*sep"}, values))
      return Value();
    if (!values[0].is(Kind::String))
      return heap.fail(std::string("must be str, not ") + typeName(values[0]));
    std::string_view separator = values[0].bytes();
    if (separator.empty())
      return heap.fail("empty separator");
    size_t at = fromRight ? findTextFromRight(text, separator)
                          : findText(text, separator);
    if (at == std::string_view::npos)
      return fromRight ? heap.tuple({made(""), made(""), made(text)})
                       : heap.tuple({made(text), made(""), made("")});
    return heap.tuple({made(text.substr(0, at)), made(separator),
                       made(text.substr(at + separator.size()))});
  }

  Value remove() {
    Value values[1];
    if (!given({"/*affix"}, values))
      return Value();
    if (!values[0].is(Kind::String))
      return heap.fail(std::string(name) + "() argument must be str, not " +
                       typeName(values[0]));
    std::string_view affix = values[0].bytes();
    bool prefix = id == MethodId::Removeprefix;
    if (affix.size() > text.size() ||
        (prefix ? text.substr(0, affix.size())
                : text.substr(text.size() - affix.size())) != affix)
      return made(text);
    return made(prefix ? text.substr(affix.size())
                       : text.substr(0, text.size() - affix.size()));
  }

  Value justify() {
    Value values[2];
    int64_t width;
    if (!given({"/*width", "/fillchar"}, values) ||
        !integerArgument(heap, name, values[0], 0, width))
      return Value();
    std::string fill = " ";
    if (!values[1].is(Kind::Missing)) {
      if (!values[1].is(Kind::String) || codePoints(values[1].bytes()) != 1)
        return heap.fail("The fill character must be exactly one character "
                         "long");
      fill = values[1].bytes();
    }
    int64_t pad = width - std::min(codePoints(text), width);
    if (width < 0 || pad == 0)
      return made(text);
    int64_t left = id == MethodId::Ljust   ? 0
                   : id == MethodId::Rjust ? pad
                                           : pad / 2 + (pad & width & 1);
    uint64_t bytes;
    if (__builtin_mul_overflow(uint64_t(pad), uint64_t(fill.size()), &bytes))
      bytes = UINT64_MAX;
    if (!heap.reserve(bytes))
      return Value();
    std::string out;
    for (int64_t i = 0; i < left; ++i)
      out += fill;
    out += text;
    for (int64_t i = left; i < pad; ++i)
      out += fill;
    return made(out);
  }

  Value zfill() {
    Value values[1];
    int64_t width;
    if (!given({"/*width"}, values) ||
        !integerArgument(heap, name, values[0], 0, width))
      return Value();
    int64_t length = codePoints(text);
    if (width <= length)
      return made(text);
    Builder zeros(heap);
    if (!zeros.add(width - length, '0'))
      return Value();
    bool sign = !text.empty() && (text[0] == '+' || text[0] == '-');
    return made(std::string(text.substr(0, sign)) + zeros.take() +
                std::string(text.substr(sign)));
  }

  Value mapped(std::string (*map)(std::string_view)) {
    Value values[1];
    return given({}, values) ? made(map(text)) : Value();
  }

  Value isSpaceOnly() {
    Value values[1];
    if (!given({}, values))
      return Value();
    bool all = !text.empty();
    for (size_t i = 0; i < text.size();)
      all &= isSpace(nextCodePoint(text, i));
    return Value::of(all);
  }

  /// isalpha and its like, of ASCII.
  Value isOfKind() {
    Value values[1];
    if (!given({}, values))
      return Value();
    bool digits = !text.empty(), letters = digits, either = digits;
    bool lower = false, upper = false;
    for (char c : text) {
      if (static_cast<uint8_t>(c) >= 0x80)
        return heap.unsupported(std::string(name) +
                                "() of characters beyond ASCII");
      bool isDigit = c >= '0' && c <= '9';
      bool isLower = c >= 'a' && c <= 'z', isUpper = c >= 'A' && c <= 'Z';
      digits &= isDigit;
      letters &= isLower || isUpper;
      either &= isDigit || isLower || isUpper;
      lower |= isLower;
      upper |= isUpper;
    }
    switch (id) {
    case MethodId::Isalpha:
      return Value::of(letters);
    case MethodId::Isalnum:
      return Value::of(either);
    case MethodId::Islower:
      return Value::of(lower && !upper);
    case MethodId::Isupper:
      return Value::of(upper && !lower);
    case MethodId::Isdigit:
    case MethodId::Isdecimal:
    case MethodId::Isnumeric:
      return Value::of(digits);
    default:
      return heap.unsupported(std::string("method ") + name + "()");
    }
  }

  Heap &heap;
  const Value &self;
  std::string_view text;
  MethodId id;
  const char *name;
  Arguments &arguments;
};

} // namespace

Value callString(Heap &heap, const Method &method, Arguments &arguments) {
  if (heap.failed())
    return Value();
  if (method.id == MethodId::Format)
    return formatBraces(heap, method.self, arguments);
  return StringCall(heap, method, arguments).run();
}

} // namespace llmrt::chat
