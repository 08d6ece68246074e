//===- SegmentLayout.cpp - Room for weights in a linked object
//-------------===//
//
// The program header table sits between the ELF header and the first section
// and cannot grow. lld always spends its first entry on PT_PHDR, which only an
// executable's loader reads; that entry goes and the weights' PT_LOAD takes the
// free one behind the last PT_LOAD, so addresses stay in ascending order.
//
// What no loader maps (symbol table, section names, section headers) lies at
// the end of lld's file. It is laid out anew, one name and one header longer,
// and the weights follow as the file's last part. The new section header is
// the table's last entry, so no section index anywhere changes.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/SegmentLayout.h"
#include "runtime/lib/ObjectFormat.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/MathExtras.h"

#include <cstddef>
#include <cstring>
#include <vector>

using namespace llvm;
using namespace llm;
using llmrt::ObjectDescriptor;
using object::ELF64LE;
using object::ELF64LEFile;

static constexpr StringLiteral kSectionName(".llm.weights");

namespace {

class Editor {
public:
  Editor(const ELF64LEFile &elf, StringRef image) : elf(elf), image(image) {}

  Error read();
  /// The image with room for the weights; sets `layout`.
  Expected<SmallVector<char, 0>> addWeights(uint64_t bytes);
  /// The file's bytes that are mapped at [address, address + size).
  Expected<uint64_t> fileOffset(uint64_t address, uint64_t size) const;
  Expected<uint64_t> exportedAddress(StringRef name) const;

  uint64_t weightsAddress = 0, weightsOffset = 0;

private:
  void editProgramHeaders(uint64_t bytes);
  Error rebuildTail(uint64_t bytes);
  uint64_t append(StringRef bytes, uint64_t alignment);

  const ELF64LEFile &elf;
  StringRef image;
  std::vector<ELF64LE::Phdr> segments;
  std::vector<ELF64LE::Shdr> sections;
  uint64_t loadedEnd = 0;  ///< file bytes that some PT_LOAD maps end here
  uint64_t addressEnd = 0; ///< the image occupies addresses up to here
  SmallVector<char, 0> result;
};

} // namespace

Error Editor::read() {
  Expected<ELF64LE::PhdrRange> segmentRange = elf.program_headers();
  if (!segmentRange)
    return segmentRange.takeError();
  segments.assign(segmentRange->begin(), segmentRange->end());
  Expected<ELF64LE::ShdrRange> sectionRange = elf.sections();
  if (!sectionRange)
    return sectionRange.takeError();
  sections.assign(sectionRange->begin(), sectionRange->end());

  for (const ELF64LE::Phdr &segment : segments)
    if (segment.p_type == ELF::PT_LOAD) {
      loadedEnd =
          std::max<uint64_t>(loadedEnd, segment.p_offset + segment.p_filesz);
      addressEnd =
          std::max<uint64_t>(addressEnd, segment.p_vaddr + segment.p_memsz);
    }
  if (loadedEnd > image.size())
    return createStringError("the linked object ends within a segment");
  if (segments.empty() || segments.front().p_type != ELF::PT_PHDR)
    return createStringError("the linked object has no program header to "
                             "spare for the weights: its first is not PT_PHDR");
  return Error::success();
}

Expected<uint64_t> Editor::fileOffset(uint64_t address, uint64_t size) const {
  for (const ELF64LE::Phdr &segment : segments)
    if (segment.p_type == ELF::PT_LOAD && segment.p_filesz >= size &&
        address >= segment.p_vaddr &&
        address - segment.p_vaddr <= segment.p_filesz - size)
      return segment.p_offset + (address - segment.p_vaddr);
  return createStringError("the descriptor lies outside the object's data");
}

Expected<uint64_t> Editor::exportedAddress(StringRef name) const {
  for (const ELF64LE::Shdr &section : sections) {
    if (section.sh_type != ELF::SHT_DYNSYM)
      continue;
    Expected<StringRef> names = elf.getStringTableForSymtab(section);
    if (!names)
      return names.takeError();
    Expected<ELF64LE::SymRange> symbols = elf.symbols(&section);
    if (!symbols)
      return symbols.takeError();
    for (const ELF64LE::Sym &symbol : *symbols) {
      Expected<StringRef> found = symbol.getName(*names);
      if (!found)
        return found.takeError();
      if (*found == name && !symbol.isUndefined())
        return uint64_t(symbol.st_value);
    }
  }
  return createStringError("the linked object does not export '" + name + "'");
}

uint64_t Editor::append(StringRef bytes, uint64_t alignment) {
  result.resize(alignTo(result.size(), std::max<uint64_t>(alignment, 1)));
  uint64_t offset = result.size();
  result.append(bytes.begin(), bytes.end());
  return offset;
}

Error Editor::rebuildTail(uint64_t bytes) {
  const uint64_t nameTable = elf.getHeader().e_shstrndx;
  if (nameTable == ELF::SHN_UNDEF || nameTable >= sections.size())
    return createStringError("the linked object has no section names");
  uint32_t nameOffset = 0;
  for (auto [index, section] : enumerate(sections)) {
    if (section.sh_flags & ELF::SHF_ALLOC ||
        section.sh_type == ELF::SHT_NOBITS || section.sh_type == ELF::SHT_NULL)
      continue;
    Expected<ArrayRef<uint8_t>> contents = elf.getSectionContents(section);
    if (!contents)
      return contents.takeError();
    section.sh_offset = append(toStringRef(*contents), section.sh_addralign);
    if (index == nameTable) {
      nameOffset = section.sh_size;
      result.append(kSectionName.begin(), kSectionName.end());
      result.push_back('\0');
      section.sh_size = section.sh_size + kSectionName.size() + 1;
    }
  }

  const uint64_t tableBytes = (sections.size() + 1) * sizeof(ELF64LE::Shdr);
  const uint64_t tableOffset = alignTo(result.size(), alignof(uint64_t));
  weightsOffset = alignTo(tableOffset + tableBytes, kWeightAlignment);

  ELF64LE::Shdr weights;
  memset(&weights, 0, sizeof(weights));
  weights.sh_name = nameOffset;
  weights.sh_type = ELF::SHT_PROGBITS;
  weights.sh_flags = ELF::SHF_ALLOC;
  weights.sh_addr = weightsAddress;
  weights.sh_offset = weightsOffset;
  weights.sh_size = bytes;
  weights.sh_addralign = kWeightAlignment;
  sections.push_back(weights);
  append(StringRef(reinterpret_cast<const char *>(sections.data()), tableBytes),
         alignof(uint64_t));

  ELF64LE::Ehdr header = elf.getHeader();
  header.e_shoff = tableOffset;
  header.e_shnum = sections.size();
  memcpy(result.data(), &header, sizeof(header));
  return Error::success();
}

void Editor::editProgramHeaders(uint64_t bytes) {
  segments.erase(segments.begin()); // PT_PHDR
  ELF64LE::Phdr weights;
  memset(&weights, 0, sizeof(weights));
  weights.p_type = ELF::PT_LOAD;
  weights.p_flags = ELF::PF_R;
  weights.p_offset = weightsOffset;
  weights.p_vaddr = weightsAddress;
  weights.p_paddr = weightsAddress;
  weights.p_filesz = bytes;
  weights.p_memsz = bytes;
  weights.p_align = kWeightAlignment;
  auto last = std::find_if(
      segments.rbegin(), segments.rend(),
      [](const ELF64LE::Phdr &s) { return s.p_type == ELF::PT_LOAD; });
  segments.insert(last.base(), weights);
  memcpy(result.data() + elf.getHeader().e_phoff, segments.data(),
         segments.size() * sizeof(ELF64LE::Phdr));
}

Expected<SmallVector<char, 0>> Editor::addWeights(uint64_t bytes) {
  weightsAddress = alignTo(addressEnd, kWeightAlignment);
  result.assign(image.begin(), image.begin() + loadedEnd);
  if (Error error = rebuildTail(bytes))
    return error;
  editProgramHeaders(bytes);
  return std::move(result);
}

Expected<SegmentLayout> llm::placeWeights(SmallVectorImpl<char> &image,
                                          StringRef exportedSymbol,
                                          uint64_t weightBytes,
                                          WeightPlacement placement) {
  if (weightBytes > kMaxWeightBytes)
    return createStringError(Twine(weightBytes) +
                             " bytes of weights exceed the address space; at "
                             "most " +
                             Twine(kMaxWeightBytes) + " are possible");
  StringRef linked(image.data(), image.size());
  Expected<ELF64LEFile> elf = ELF64LEFile::create(linked);
  if (!elf)
    return elf.takeError();
  Editor editor(*elf, linked);
  if (Error error = editor.read())
    return error;
  Expected<uint64_t> address = editor.exportedAddress(exportedSymbol);
  if (!address)
    return address.takeError();
  Expected<uint64_t> offset =
      editor.fileOffset(*address, sizeof(ObjectDescriptor));
  if (!offset)
    return offset.takeError();
  uint64_t magic;
  memcpy(&magic, linked.data() + *offset, sizeof(magic));
  if (magic != llmrt::kObjectMagic)
    return createStringError("'" + exportedSymbol +
                             "' is not an object descriptor");

  int64_t distance = 0;
  if (weightBytes != 0 && placement == WeightPlacement::Segment) {
    Expected<SmallVector<char, 0>> edited = editor.addWeights(weightBytes);
    if (!edited)
      return edited.takeError();
    image.assign(edited->begin(), edited->end());
    distance = int64_t(editor.weightsAddress - *address);
  }
  char *descriptor = image.data() + *offset;
  memcpy(descriptor + offsetof(ObjectDescriptor, weightsOffset), &distance,
         sizeof(distance));
  memcpy(descriptor + offsetof(ObjectDescriptor, weightsBytes), &weightBytes,
         sizeof(weightBytes));
  return SegmentLayout{*offset, editor.weightsOffset, weightBytes};
}
