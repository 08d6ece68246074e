//===- StandAlone.cpp - Proof that a linked object needs nothing
//-----------===//
//
// Reads the program headers, the dynamic section, the dynamic symbols and the
// dynamic relocations: what a loader acts on. Section headers only help to
// find symbols and relocations, as lld has just written them.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/StandAlone.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace llm;
using object::ELF64LE;
using object::ELF64LEFile;

namespace {

class Checker {
public:
  Checker(const ELF64LEFile &elf, StringRef exportedSymbol)
      : elf(elf), exportedSymbol(exportedSymbol) {}

  Error run() {
    for (Error (Checker::*check)() :
         {&Checker::checkSegments, &Checker::checkDynamic,
          &Checker::checkSections, &Checker::checkSymbols,
          &Checker::checkRelocations})
      if (Error error = (this->*check)())
        return error;
    if (faults.empty())
      return Error::success();
    return createStringError("the linked object does not stand alone: " +
                             join(faults, "; "));
  }

private:
  void fault(const Twine &what) { faults.push_back(what.str()); }

  Error checkSegments() {
    Expected<ELF64LE::PhdrRange> segments = elf.program_headers();
    if (!segments)
      return segments.takeError();
    for (const ELF64LE::Phdr &segment : *segments) {
      uint32_t writeExecute = ELF::PF_W | ELF::PF_X;
      if (segment.p_type == ELF::PT_LOAD &&
          (segment.p_flags & writeExecute) == writeExecute)
        fault("a segment is writable and executable");
      if (segment.p_type == ELF::PT_GNU_STACK && (segment.p_flags & ELF::PF_X))
        fault("it asks for an executable stack");
      if (segment.p_type == ELF::PT_INTERP)
        fault("it names a program interpreter");
      if (segment.p_type == ELF::PT_TLS)
        fault("it has thread-local storage");
    }
    return Error::success();
  }

  Error checkDynamic() {
    Expected<ELF64LE::DynRange> entries = elf.dynamicEntries();
    if (!entries)
      return entries.takeError();
    for (const ELF64LE::Dyn &entry : *entries) {
      switch (entry.getTag()) {
      case ELF::DT_NEEDED:
        fault("it needs another library (DT_NEEDED)");
        break;
      case ELF::DT_INIT:
      case ELF::DT_INIT_ARRAY:
      case ELF::DT_FINI:
      case ELF::DT_FINI_ARRAY:
        fault("it has a constructor or destructor");
        break;
      case ELF::DT_TEXTREL:
        fault("its code needs relocation (DT_TEXTREL)");
        break;
      case ELF::DT_FLAGS:
        if (entry.getVal() & ELF::DF_TEXTREL)
          fault("its code needs relocation (DF_TEXTREL)");
        break;
      default:
        break;
      }
    }
    return Error::success();
  }

  /// Constructors of the old kind are in no dynamic tag: without crtbegin.o
  /// nobody would call them.
  Error checkSections() {
    Expected<ELF64LE::ShdrRange> sections = elf.sections();
    if (!sections)
      return sections.takeError();
    for (const ELF64LE::Shdr &section : *sections) {
      Expected<StringRef> name = elf.getSectionName(section);
      if (!name)
        return name.takeError();
      if (*name == ".ctors" || *name == ".dtors")
        fault("it has a constructor or destructor (" + *name + ")");
    }
    return Error::success();
  }

  Error checkSymbols() {
    Expected<ELF64LE::ShdrRange> sections = elf.sections();
    if (!sections)
      return sections.takeError();
    bool found = false;
    for (const ELF64LE::Shdr &section : *sections) {
      if (section.sh_type != ELF::SHT_DYNSYM)
        continue;
      Expected<ELF64LE::SymRange> symbols = elf.symbols(&section);
      if (!symbols)
        return symbols.takeError();
      Expected<StringRef> names = elf.getStringTableForSymtab(section);
      if (!names)
        return names.takeError();
      for (const ELF64LE::Sym &symbol : symbols->drop_front()) {
        Expected<StringRef> name = symbol.getName(*names);
        if (!name)
          return name.takeError();
        if (symbol.isUndefined())
          fault("symbol '" + *name + "' is undefined");
        else if (*name != exportedSymbol)
          fault("it exports '" + *name + "'");
        else
          found = true;
      }
    }
    if (!found)
      fault("it does not export '" + exportedSymbol + "'");
    return Error::success();
  }

  /// Anything but "add the load address" would run code (IRELATIVE) or look a
  /// symbol up while the object loads.
  Error checkRelocations() {
    Expected<ELF64LE::ShdrRange> sections = elf.sections();
    if (!sections)
      return sections.takeError();
    for (const ELF64LE::Shdr &section : *sections) {
      if (section.sh_type != ELF::SHT_RELA ||
          !(section.sh_flags & ELF::SHF_ALLOC))
        continue;
      Expected<ELF64LE::RelaRange> relocations = elf.relas(section);
      if (!relocations)
        return relocations.takeError();
      for (const ELF64LE::Rela &relocation : *relocations)
        if (relocation.getType(/*isMips64EL=*/false) !=
            ELF::R_X86_64_RELATIVE) {
          fault(formatv("relocation {0} at {1:x} is not RELATIVE",
                        elf.getRelocationTypeName(relocation.getType(false)),
                        uint64_t(relocation.r_offset)));
          break;
        }
    }
    return Error::success();
  }

  const ELF64LEFile &elf;
  StringRef exportedSymbol;
  SmallVector<std::string> faults;
};

} // namespace

Error llm::checkStandsAlone(StringRef image, StringRef exportedSymbol) {
  Expected<ELF64LEFile> elf = ELF64LEFile::create(image);
  if (!elf)
    return elf.takeError();
  return Checker(*elf, exportedSymbol).run();
}
