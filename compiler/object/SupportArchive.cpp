//===- SupportArchive.cpp - The libraries that are linked into a model
//-----===//
//
// The assembler copies each file into read-only data; SupportArchive.cmake says
// which files.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/SupportArchive.h"

#include "llvm/Object/ELFObjectFile.h"

#include <algorithm>
#include <map>
#include <set>

using namespace llvm;
using namespace llm;

#define LLM_EMBED(name, path)                                                  \
  asm(".pushsection .rodata." #name ", \"a\"\n"                                \
      ".balign 16\n"                                                           \
      ".hidden " #name "_begin\n.globl " #name "_begin\n"                      \
      ".hidden " #name "_end\n.globl " #name "_end\n" #name "_begin:\n"        \
      ".incbin \"" path "\"\n" #name "_end:\n"                                 \
      ".byte 0\n"                                                              \
      ".popsection\n");                                                        \
  extern "C" __attribute__((visibility("hidden"))) const char name##_begin[];  \
  extern "C" __attribute__((visibility("hidden"))) const char name##_end[];

LLM_EMBED(llm_support_libc, LLM_SUPPORT_LIBC)
LLM_EMBED(llm_support_builtins, LLM_SUPPORT_BUILTINS)
LLM_EMBED(llm_support_hosted, LLM_SUPPORT_HOSTED)

ArrayRef<MemoryBufferRef> llm::supportLibraries() {
  auto embedded = [](const char *begin, const char *end, StringRef name) {
    return MemoryBufferRef(StringRef(begin, end - begin), name);
  };
  static const MemoryBufferRef libraries[] = {
      embedded(llm_support_libc_begin, llm_support_libc_end, "libc"),
      embedded(llm_support_builtins_begin, llm_support_builtins_end,
               "builtins"),
      embedded(llm_support_hosted_begin, llm_support_hosted_end, "hosted"),
  };
  return libraries;
}

static Expected<std::unique_ptr<object::ELF64LEObjectFile>>
openObject(MemoryBufferRef buffer) {
  Expected<object::ELF64LEObjectFile> file =
      object::ELF64LEObjectFile::create(buffer);
  if (!file)
    return createStringError("cannot read object '" +
                             buffer.getBufferIdentifier() +
                             "': " + toString(file.takeError()));
  return std::make_unique<object::ELF64LEObjectFile>(std::move(*file));
}

Expected<std::vector<std::string>>
llm::unresolvedSymbols(ArrayRef<MemoryBufferRef> objects) {
  std::set<std::string> referenced, defined;
  for (MemoryBufferRef object : objects) {
    auto file = openObject(object);
    if (!file)
      return file.takeError();
    for (const object::ELFSymbolRef &symbol : (*file)->symbols()) {
      Expected<uint32_t> flags = symbol.getFlags();
      if (!flags)
        return flags.takeError();
      Expected<StringRef> name = symbol.getName();
      if (!name)
        return name.takeError();
      if (*flags & object::SymbolRef::SF_Undefined)
        referenced.insert(name->str());
      else if (*flags & object::SymbolRef::SF_Global)
        defined.insert(name->str());
    }
  }
  referenced.erase(""); // the null symbol
  std::vector<std::string> unresolved;
  std::set_difference(referenced.begin(), referenced.end(), defined.begin(),
                      defined.end(), std::back_inserter(unresolved));
  return unresolved;
}

namespace {

/// The functions of one section, found by the address of a relocation.
class FunctionMap {
public:
  void add(uint64_t begin, uint64_t size, StringRef name) {
    functions[begin] = {begin + size, name};
  }
  StringRef find(uint64_t offset) const {
    auto next = functions.upper_bound(offset);
    if (next == functions.begin())
      return {};
    const auto &[end, name] = std::prev(next)->second;
    return offset < end ? name : StringRef();
  }

private:
  std::map<uint64_t, std::pair<uint64_t, StringRef>> functions;
};

} // namespace

Expected<std::vector<SupportCall>>
llm::findSupportCalls(MemoryBufferRef object) {
  auto file = openObject(object);
  if (!file)
    return file.takeError();

  std::map<uint64_t, FunctionMap> functions; // by section index
  for (const object::ELFSymbolRef &symbol : (*file)->symbols()) {
    Expected<object::SymbolRef::Type> type = symbol.getType();
    if (!type)
      return type.takeError();
    if (*type != object::SymbolRef::ST_Function)
      continue;
    Expected<object::section_iterator> section = symbol.getSection();
    if (!section)
      return section.takeError();
    if (*section == (*file)->section_end())
      continue;
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    Expected<uint64_t> value = symbol.getValue();
    if (!value)
      return value.takeError();
    functions[(*section)->getIndex()].add(*value, symbol.getSize(), *name);
  }

  std::map<std::pair<std::string, std::string>, uint64_t> sites;
  for (const object::SectionRef &section : (*file)->sections()) {
    Expected<object::section_iterator> relocated =
        section.getRelocatedSection();
    if (!relocated)
      return relocated.takeError();
    if (*relocated == (*file)->section_end() || !(*relocated)->isText())
      continue;
    const FunctionMap &callers = functions[(*relocated)->getIndex()];
    for (const object::RelocationRef &relocation : section.relocations()) {
      object::symbol_iterator symbol = relocation.getSymbol();
      if (symbol == (*file)->symbol_end())
        continue;
      Expected<uint32_t> flags = symbol->getFlags();
      if (!flags)
        return flags.takeError();
      if (!(*flags & object::SymbolRef::SF_Undefined))
        continue;
      Expected<StringRef> callee = symbol->getName();
      if (!callee)
        return callee.takeError();
      ++sites[{callers.find(relocation.getOffset()).str(), callee->str()}];
    }
  }

  std::vector<SupportCall> calls;
  for (const auto &[names, count] : sites)
    calls.push_back({names.first, names.second, count});
  return calls;
}
