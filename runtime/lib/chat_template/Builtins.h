//===- Builtins.h - The filters, tests, methods and functions there are ---===//
//
// One list of names for the compiler, which turns them into numbers or refuses
// them, and for the machine, which also meets them as strings (`map("upper")`).
// The order is part of the compiled form: append, never reorder.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_BUILTINS_H
#define LLMRT_LIB_CHAT_TEMPLATE_BUILTINS_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llmrt::chat {

enum class FilterId : uint8_t {
  Abs,
  Attr,
  Batch,
  Capitalize,
  Center,
  Default,
  Dictsort,
  Escape,
  First,
  Float,
  Forceescape,
  Format,
  Indent,
  Int,
  Items,
  Join,
  Last,
  Length,
  List,
  Lower,
  Map,
  Max,
  Min,
  Reject,
  Rejectattr,
  Replace,
  Reverse,
  Round,
  Safe,
  Select,
  Selectattr,
  Slice,
  Sort,
  String,
  Sum,
  Title,
  Tojson,
  Trim,
  Truncate,
  Unique,
  Upper,
  Count_,
};

enum class TestId : uint8_t {
  Boolean,
  Callable,
  Defined,
  Divisibleby,
  Equal,
  Escaped,
  Even,
  False,
  Filter,
  Float,
  GreaterEqual,
  Greater,
  In,
  Integer,
  Iterable,
  LessEqual,
  Lower,
  Less,
  Mapping,
  NotEqual,
  None,
  Number,
  Odd,
  Sameas,
  Sequence,
  String,
  Test,
  True,
  Undefined,
  Upper,
  Count_,
};

enum class FunctionId : uint8_t {
  Dict,
  Namespace,
  RaiseException,
  Range,
  StrftimeNow,
  Count_,
};

/// Methods the machine can call. `Unsupported` stands for those Python has and
/// we do not: such an attribute exists, but calling it is an error.
enum class MethodId : uint8_t {
  Unsupported,
  // of str
  Capitalize,
  Center,
  Count,
  Endswith,
  Find,
  Format,
  Index,
  Isalnum,
  Isalpha,
  Isdecimal,
  Isdigit,
  Islower,
  Isnumeric,
  Isspace,
  Isupper,
  Join,
  Ljust,
  Lower,
  Lstrip,
  Partition,
  Removeprefix,
  Removesuffix,
  Replace,
  Rfind,
  Rindex,
  Rjust,
  Rpartition,
  Rsplit,
  Rstrip,
  Split,
  Splitlines,
  Startswith,
  Strip,
  Title,
  Upper,
  Zfill,
  // of dict
  Copy,
  Get,
  Items,
  Keys,
  Values,
  // of list and tuple
  ItemCount,
  ItemIndex,
  ListCopy,
  // of loop
  Changed,
  Cycle,
};

template <typename Id> struct Named {
  std::string_view name;
  Id id;
};

/// Sorted by name, aliases included.
constexpr Named<FilterId> kFilters[] = {
    {"abs", FilterId::Abs},           {"attr", FilterId::Attr},
    {"batch", FilterId::Batch},       {"capitalize", FilterId::Capitalize},
    {"center", FilterId::Center},     {"count", FilterId::Length},
    {"d", FilterId::Default},         {"default", FilterId::Default},
    {"dictsort", FilterId::Dictsort}, {"e", FilterId::Escape},
    {"escape", FilterId::Escape},     {"first", FilterId::First},
    {"float", FilterId::Float},       {"forceescape", FilterId::Forceescape},
    {"format", FilterId::Format},     {"indent", FilterId::Indent},
    {"int", FilterId::Int},           {"items", FilterId::Items},
    {"join", FilterId::Join},         {"last", FilterId::Last},
    {"length", FilterId::Length},     {"list", FilterId::List},
    {"lower", FilterId::Lower},       {"map", FilterId::Map},
    {"max", FilterId::Max},           {"min", FilterId::Min},
    {"reject", FilterId::Reject},     {"rejectattr", FilterId::Rejectattr},
    {"replace", FilterId::Replace},   {"reverse", FilterId::Reverse},
    {"round", FilterId::Round},       {"safe", FilterId::Safe},
    {"select", FilterId::Select},     {"selectattr", FilterId::Selectattr},
    {"slice", FilterId::Slice},       {"sort", FilterId::Sort},
    {"string", FilterId::String},     {"sum", FilterId::Sum},
    {"title", FilterId::Title},       {"tojson", FilterId::Tojson},
    {"trim", FilterId::Trim},         {"truncate", FilterId::Truncate},
    {"unique", FilterId::Unique},     {"upper", FilterId::Upper},
};

constexpr Named<TestId> kTests[] = {
    {"!=", TestId::NotEqual},
    {"<", TestId::Less},
    {"<=", TestId::LessEqual},
    {"==", TestId::Equal},
    {">", TestId::Greater},
    {">=", TestId::GreaterEqual},
    {"boolean", TestId::Boolean},
    {"callable", TestId::Callable},
    {"defined", TestId::Defined},
    {"divisibleby", TestId::Divisibleby},
    {"eq", TestId::Equal},
    {"equalto", TestId::Equal},
    {"escaped", TestId::Escaped},
    {"even", TestId::Even},
    {"false", TestId::False},
    {"filter", TestId::Filter},
    {"float", TestId::Float},
    {"ge", TestId::GreaterEqual},
    {"greaterthan", TestId::Greater},
    {"gt", TestId::Greater},
    {"in", TestId::In},
    {"integer", TestId::Integer},
    {"iterable", TestId::Iterable},
    {"le", TestId::LessEqual},
    {"lessthan", TestId::Less},
    {"lower", TestId::Lower},
    {"lt", TestId::Less},
    {"mapping", TestId::Mapping},
    {"ne", TestId::NotEqual},
    {"none", TestId::None},
    {"number", TestId::Number},
    {"odd", TestId::Odd},
    {"sameas", TestId::Sameas},
    {"sequence", TestId::Sequence},
    {"string", TestId::String},
    {"test", TestId::Test},
    {"true", TestId::True},
    {"undefined", TestId::Undefined},
    {"upper", TestId::Upper},
};

/// Jinja has these as well; templates for models do without.
constexpr std::string_view kUnsupportedFilters[] = {
    "filesizeformat", "groupby", "pprint",   "random",    "striptags",
    "urlencode",      "urlize",  "wordwrap", "wordcount", "xmlattr"};
constexpr std::string_view kUnsupportedFunctions[] = {"cycler", "joiner",
                                                      "lipsum"};

constexpr Named<FunctionId> kFunctions[] = {
    {"dict", FunctionId::Dict},
    {"namespace", FunctionId::Namespace},
    {"raise_exception", FunctionId::RaiseException},
    {"range", FunctionId::Range},
    {"strftime_now", FunctionId::StrftimeNow},
};

constexpr Named<MethodId> kStringMethods[] = {
    {"capitalize", MethodId::Capitalize},
    {"casefold", MethodId::Unsupported},
    {"center", MethodId::Center},
    {"count", MethodId::Count},
    {"encode", MethodId::Unsupported},
    {"endswith", MethodId::Endswith},
    {"expandtabs", MethodId::Unsupported},
    {"find", MethodId::Find},
    {"format", MethodId::Format},
    {"format_map", MethodId::Unsupported},
    {"index", MethodId::Index},
    {"isalnum", MethodId::Isalnum},
    {"isalpha", MethodId::Isalpha},
    {"isascii", MethodId::Unsupported},
    {"isdecimal", MethodId::Isdecimal},
    {"isdigit", MethodId::Isdigit},
    {"isidentifier", MethodId::Unsupported},
    {"islower", MethodId::Islower},
    {"isnumeric", MethodId::Isnumeric},
    {"isprintable", MethodId::Unsupported},
    {"isspace", MethodId::Isspace},
    {"istitle", MethodId::Unsupported},
    {"isupper", MethodId::Isupper},
    {"join", MethodId::Join},
    {"ljust", MethodId::Ljust},
    {"lower", MethodId::Lower},
    {"lstrip", MethodId::Lstrip},
    {"maketrans", MethodId::Unsupported},
    {"partition", MethodId::Partition},
    {"removeprefix", MethodId::Removeprefix},
    {"removesuffix", MethodId::Removesuffix},
    {"replace", MethodId::Replace},
    {"rfind", MethodId::Rfind},
    {"rindex", MethodId::Rindex},
    {"rjust", MethodId::Rjust},
    {"rpartition", MethodId::Rpartition},
    {"rsplit", MethodId::Rsplit},
    {"rstrip", MethodId::Rstrip},
    {"split", MethodId::Split},
    {"splitlines", MethodId::Splitlines},
    {"startswith", MethodId::Startswith},
    {"strip", MethodId::Strip},
    {"swapcase", MethodId::Unsupported},
    {"title", MethodId::Title},
    {"translate", MethodId::Unsupported},
    {"upper", MethodId::Upper},
    {"zfill", MethodId::Zfill},
};

constexpr Named<MethodId> kDictMethods[] = {
    {"copy", MethodId::Copy}, {"fromkeys", MethodId::Unsupported},
    {"get", MethodId::Get},   {"items", MethodId::Items},
    {"keys", MethodId::Keys}, {"values", MethodId::Values},
};

constexpr Named<MethodId> kListMethods[] = {
    {"copy", MethodId::ListCopy},
    {"count", MethodId::ItemCount},
    {"index", MethodId::ItemIndex},
};

constexpr Named<MethodId> kTupleMethods[] = {
    {"count", MethodId::ItemCount},
    {"index", MethodId::ItemIndex},
};

constexpr Named<MethodId> kLoopMethods[] = {
    {"changed", MethodId::Changed},
    {"cycle", MethodId::Cycle},
};

/// What the sandbox lets no template call.
constexpr std::string_view kListMutators[] = {
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"};
constexpr std::string_view kDictMutators[] = {"clear", "pop", "popitem",
                                              "setdefault", "update"};

template <typename Id, size_t N>
constexpr const Named<Id> *findNamed(const Named<Id> (&table)[N],
                                     std::string_view name) {
  for (const Named<Id> &entry : table)
    if (entry.name == name)
      return &entry;
  return nullptr;
}

template <size_t N>
constexpr bool isListed(const std::string_view (&names)[N],
                        std::string_view name) {
  for (std::string_view entry : names)
    if (entry == name)
      return true;
  return false;
}

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_BUILTINS_H
