//===- TextFunctions.cpp - What graphs do with the bytes of texts, in MLIR ===//

#include "passes/onnx/lowering/Text.h"

using namespace llm::onnx;

/// -1, 0 or 1 as x is before, equal to or behind y, by bytes, which is the
/// order of code points.
constexpr const char *kCompare = R"mlir(
func.func @text.compare(%x: i64, %y: i64) -> i64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %minus = arith.constant -1 : i64
  %no = arith.constant false
  %left = llvm.inttoptr %x : i64 to !llvm.ptr
  %right = llvm.inttoptr %y : i64 to !llvm.ptr
  %leftSize = llvm.load %left : !llvm.ptr -> i64
  %rightSize = llvm.load %right : !llvm.ptr -> i64
  %leftText = llvm.getelementptr %left[8] : (!llvm.ptr) -> !llvm.ptr, i8
  %rightText = llvm.getelementptr %right[8] : (!llvm.ptr) -> !llvm.ptr, i8
  %shorter = arith.minui %leftSize, %rightSize : i64
  %end = scf.while (%i = %zero) : (i64) -> i64 {
    %inside = arith.cmpi ult, %i, %shorter : i64
    %same = scf.if %inside -> i1 {
      %aAt = llvm.getelementptr %leftText[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
      %bAt = llvm.getelementptr %rightText[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
      %a = llvm.load %aAt : !llvm.ptr -> i8
      %b = llvm.load %bAt : !llvm.ptr -> i8
      %equal = arith.cmpi eq, %a, %b : i8
      scf.yield %equal : i1
    } else {
      scf.yield %no : i1
    }
    scf.condition(%same) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %one : i64
    scf.yield %next : i64
  }
  %differ = arith.cmpi ult, %end, %shorter : i64
  %a, %b = scf.if %differ -> (i64, i64) {
    %aAt = llvm.getelementptr %leftText[%end] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %bAt = llvm.getelementptr %rightText[%end] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %a8 = llvm.load %aAt : !llvm.ptr -> i8
    %b8 = llvm.load %bAt : !llvm.ptr -> i8
    %a64 = arith.extui %a8 : i8 to i64
    %b64 = arith.extui %b8 : i8 to i64
    scf.yield %a64, %b64 : i64, i64
  } else {
    scf.yield %leftSize, %rightSize : i64, i64
  }
  %less = arith.cmpi ult, %a, %b : i64
  %more = arith.cmpi ugt, %a, %b : i64
  %above = arith.select %more, %one, %zero : i64
  %result = arith.select %less, %minus, %above : i64
  return %result : i64
}
)mlir";

/// The byte at an address.
constexpr const char *kByte = R"mlir(
func.func @text.byte(%at: i64) -> i64 {
  %pointer = llvm.inttoptr %at : i64 to !llvm.ptr
  %byte = llvm.load %pointer : !llvm.ptr -> i8
  %result = arith.extui %byte : i8 to i64
  return %result : i64
}
)mlir";

constexpr const char *kSize = R"mlir(
func.func @text.size(%x: i64) -> i64 {
  %pointer = llvm.inttoptr %x : i64 to !llvm.ptr
  %size = llvm.load %pointer : !llvm.ptr -> i64
  return %size : i64
}
)mlir";

/// Copies bytes.
constexpr const char *kCopy = R"mlir(
func.func @text.copy(%to: i64, %from: i64, %size: i64) {
  %target = llvm.inttoptr %to : i64 to !llvm.ptr
  %source = llvm.inttoptr %from : i64 to !llvm.ptr
  "llvm.intr.memcpy"(%target, %source, %size) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
  return
}
)mlir";

/// Makes `size` bytes at `from` a text at `to`.
constexpr const char *kPut = R"mlir(
func.func @text.put(%to: i64, %from: i64, %size: i64) {
  %eight = arith.constant 8 : i64
  %target = llvm.inttoptr %to : i64 to !llvm.ptr
  llvm.store %size, %target : i64, !llvm.ptr
  %text = arith.addi %to, %eight : i64
  func.call @text.copy(%text, %from, %size) : (i64, i64, i64) -> ()
  return
}
)mlir";

/// x and then y, as a text at `to`.
constexpr const char *kJoin = R"mlir(
func.func @text.join(%to: i64, %x: i64, %y: i64) {
  %eight = arith.constant 8 : i64
  %m = func.call @text.size(%x) : (i64) -> i64
  %n = func.call @text.size(%y) : (i64) -> i64
  %first = arith.addi %x, %eight : i64
  %second = arith.addi %y, %eight : i64
  func.call @text.put(%to, %first, %m) : (i64, i64, i64) -> ()
  %all = arith.addi %m, %n : i64
  %target = llvm.inttoptr %to : i64 to !llvm.ptr
  llvm.store %all, %target : i64, !llvm.ptr
  %begin = arith.addi %to, %eight : i64
  %rest = arith.addi %begin, %m : i64
  func.call @text.copy(%rest, %second, %n) : (i64, i64, i64) -> ()
  return
}
)mlir";

/// How many bytes the whitespace (Unicode's White_Space and the separators 28
/// to 31) at an address has that `left` bytes lie behind; 0: none is there.
constexpr const char *kSpace = R"mlir(
func.func @text.space(%at: i64, %left: i64) -> i64 {
  %0 = arith.constant 0 : i64
  %1 = arith.constant 1 : i64
  %2 = arith.constant 2 : i64
  %3 = arith.constant 3 : i64
  %no = arith.constant false
  %some = arith.cmpi ne, %left, %0 : i64
  %a = scf.if %some -> i64 {
    %byte = func.call @text.byte(%at) : (i64) -> i64
    scf.yield %byte : i64
  } else {
    scf.yield %0 : i64
  }
  %blank = arith.constant 32 : i64
  %tab = arith.constant 9 : i64
  %five = arith.constant 5 : i64
  %four = arith.constant 4 : i64
  %separator = arith.constant 28 : i64
  %isBlank = arith.cmpi eq, %a, %blank : i64
  %fromTab = arith.subi %a, %tab : i64
  %isTab = arith.cmpi ult, %fromTab, %five : i64
  %fromSeparator = arith.subi %a, %separator : i64
  %isSeparator = arith.cmpi ult, %fromSeparator, %four : i64
  %or0 = arith.ori %isBlank, %isTab : i1
  %short = arith.ori %or0, %isSeparator : i1
  %c2 = arith.constant 0xC2 : i64
  %isC2 = arith.cmpi eq, %a, %c2 : i64
  %two = arith.cmpi uge, %left, %2 : i64
  %try2 = arith.andi %isC2, %two : i1
  %is2 = scf.if %try2 -> i1 {
    %next = arith.addi %at, %1 : i64
    %b = func.call @text.byte(%next) : (i64) -> i64
    %nel = arith.constant 0x85 : i64
    %nbsp = arith.constant 0xA0 : i64
    %isNel = arith.cmpi eq, %b, %nel : i64
    %isNbsp = arith.cmpi eq, %b, %nbsp : i64
    %either = arith.ori %isNel, %isNbsp : i1
    scf.yield %either : i1
  } else {
    scf.yield %no : i1
  }
  %e1 = arith.constant 0xE1 : i64
  %long = arith.cmpi uge, %a, %e1 : i64
  %three = arith.cmpi uge, %left, %3 : i64
  %try3 = arith.andi %long, %three : i1
  %is3 = scf.if %try3 -> i1 {
    %atB = arith.addi %at, %1 : i64
    %atC = arith.addi %at, %2 : i64
    %b = func.call @text.byte(%atB) : (i64) -> i64
    %c = func.call @text.byte(%atC) : (i64) -> i64
    %eight = arith.constant 8 : i64
    %sixteen = arith.constant 16 : i64
    %a16 = arith.shli %a, %sixteen : i64
    %b8 = arith.shli %b, %eight : i64
    %ab = arith.ori %a16, %b8 : i64
    %code = arith.ori %ab, %c : i64
    %ogham = arith.constant 0xE19A80 : i64
    %quad = arith.constant 0xE28080 : i64
    %eleven = arith.constant 11 : i64
    %line = arith.constant 0xE280A8 : i64
    %narrow = arith.constant 0xE280AF : i64
    %math = arith.constant 0xE2819F : i64
    %wide = arith.constant 0xE38080 : i64
    %isOgham = arith.cmpi eq, %code, %ogham : i64
    %fromQuad = arith.subi %code, %quad : i64
    %isQuad = arith.cmpi ult, %fromQuad, %eleven : i64
    %fromLine = arith.subi %code, %line : i64
    %isLine = arith.cmpi ult, %fromLine, %2 : i64
    %isNarrow = arith.cmpi eq, %code, %narrow : i64
    %isMath = arith.cmpi eq, %code, %math : i64
    %isWide = arith.cmpi eq, %code, %wide : i64
    %x0 = arith.ori %isOgham, %isQuad : i1
    %x1 = arith.ori %isLine, %isNarrow : i1
    %x2 = arith.ori %isMath, %isWide : i1
    %x3 = arith.ori %x0, %x1 : i1
    %x4 = arith.ori %x2, %x3 : i1
    scf.yield %x4 : i1
  } else {
    scf.yield %no : i1
  }
  %r2 = arith.select %is2, %2, %0 : i64
  %r3 = arith.select %is3, %3, %r2 : i64
  %shortHere = arith.andi %short, %some : i1
  %result = arith.select %shortHere, %1, %r3 : i64
  return %result : i64
}
)mlir";

/// How many bytes before `end` the next place from `at` on is, where the
/// delimiter lies, or whitespace if the delimiter is empty; `skip`: where
/// something else than whitespace lies. Else as many as there are.
constexpr const char *kSeek = R"mlir(
func.func @text.seek(%begin: i64, %end: i64, %delimiter: i64, %skip: i1) -> i64 {
  %0 = arith.constant 0 : i64
  %1 = arith.constant 1 : i64
  %eight = arith.constant 8 : i64
  %yes = arith.constant true
  %size = func.call @text.size(%delimiter) : (i64) -> i64
  %text = arith.addi %delimiter, %eight : i64
  %blank = arith.cmpi eq, %size, %0 : i64
  %at = scf.while (%i = %begin) : (i64) -> i64 {
    %left = arith.subi %end, %i : i64
    %over = arith.cmpi eq, %left, %0 : i64
    %stop = scf.if %over -> i1 {
      scf.yield %yes : i1
    } else {
      %found = scf.if %blank -> i1 {
        %space = func.call @text.space(%i, %left) : (i64, i64) -> i64
        %isSpace = arith.cmpi ne, %space, %0 : i64
        %wanted = arith.xori %isSpace, %skip : i1
        scf.yield %wanted : i1
      } else {
        %fits = arith.cmpi ule, %size, %left : i64
        %limit = arith.select %fits, %size, %0 : i64
        %same = scf.while (%k = %0) : (i64) -> i64 {
          %inside = arith.cmpi ult, %k, %limit : i64
          %equal = scf.if %inside -> i1 {
            %xAt = arith.addi %i, %k : i64
            %yAt = arith.addi %text, %k : i64
            %x = func.call @text.byte(%xAt) : (i64) -> i64
            %y = func.call @text.byte(%yAt) : (i64) -> i64
            %e = arith.cmpi eq, %x, %y : i64
            scf.yield %e : i1
          } else {
            scf.yield %inside : i1
          }
          scf.condition(%equal) %k : i64
        } do {
        ^bb0(%k: i64):
          %next = arith.addi %k, %1 : i64
          scf.yield %next : i64
        }
        %whole = arith.cmpi eq, %same, %size : i64
        scf.yield %whole : i1
      }
      scf.yield %found : i1
    }
    %go = arith.xori %stop, %yes : i1
    scf.condition(%go) %i : i64
  } do {
  ^bb0(%i: i64):
    // Over a whole whitespace, else byte by byte.
    %step = scf.if %skip -> i64 {
      %left = arith.subi %end, %i : i64
      %space = func.call @text.space(%i, %left) : (i64, i64) -> i64
      scf.yield %space : i64
    } else {
      scf.yield %1 : i64
    }
    %next = arith.addi %i, %step : i64
    scf.yield %next : i64
  }
  return %at : i64
}
)mlir";

/// Cuts x at a delimiter, at whitespace if that is empty, at most `most` times
/// (negative: anywhere), and returns how many parts there are. Unless `table`
/// is 0, the parts are written from `room` on and their addresses to `table`.
constexpr const char *kSplit = R"mlir(
func.func @text.split(%x: i64, %delimiter: i64, %most: i64, %table: i64, %room: i64) -> i64 {
  %0 = arith.constant 0 : i64
  %1 = arith.constant 1 : i64
  %eight = arith.constant 8 : i64
  %fifteen = arith.constant 15 : i64
  %mask = arith.constant -8 : i64
  %no = arith.constant false
  %yes = arith.constant true
  %size = func.call @text.size(%x) : (i64) -> i64
  %first = arith.addi %x, %eight : i64
  %end = arith.addi %first, %size : i64
  %width = func.call @text.size(%delimiter) : (i64) -> i64
  %blank = arith.cmpi eq, %width, %0 : i64
  %writes = arith.cmpi ne, %table, %0 : i64
  %at, %count, %free, %last = scf.while (%i = %first, %n = %0, %to = %room, %done = %no) : (i64, i64, i64, i1) -> (i64, i64, i64, i1) {
    %from = scf.if %blank -> i64 {
      %skipped = func.call @text.seek(%i, %end, %delimiter, %yes) : (i64, i64, i64, i1) -> i64
      scf.yield %skipped : i64
    } else {
      scf.yield %i : i64
    }
    %empty = arith.cmpi eq, %from, %end : i64
    %nothing = arith.andi %blank, %empty : i1
    %stop = arith.ori %nothing, %done : i1
    %go = arith.xori %stop, %yes : i1
    scf.condition(%go) %from, %n, %to, %done : i64, i64, i64, i1
  } do {
  ^bb0(%i: i64, %n: i64, %to: i64, %done: i1):
    %full = arith.cmpi eq, %n, %most : i64
    %cut = scf.if %full -> i64 {
      scf.yield %end : i64
    } else {
      %found = func.call @text.seek(%i, %end, %delimiter, %no) : (i64, i64, i64, i1) -> i64
      scf.yield %found : i64
    }
    %length = arith.subi %cut, %i : i64
    scf.if %writes {
      func.call @text.put(%to, %i, %length) : (i64, i64, i64) -> ()
      %offset = arith.muli %n, %eight : i64
      %entry = arith.addi %table, %offset : i64
      %pointer = llvm.inttoptr %entry : i64 to !llvm.ptr
      llvm.store %to, %pointer : i64, !llvm.ptr
    }
    %bytes = arith.addi %length, %fifteen : i64
    %aligned = arith.andi %bytes, %mask : i64
    %after = arith.addi %to, %aligned : i64
    %more = arith.addi %n, %1 : i64
    %final = arith.cmpi eq, %cut, %end : i64
    %step = arith.select %final, %0, %width : i64
    %next = arith.addi %cut, %step : i64
    scf.yield %next, %more, %after, %final : i64, i64, i64, i1
  }
  return %count : i64
}
)mlir";

llvm::ArrayRef<TextFunction> llm::onnx::byteFunctions() {
  static const TextFunction functions[] = {
      {"text.byte", "", kByte},
      {"text.compare", "", kCompare},
      {"text.copy", "", kCopy},
      {"text.join", "text.size text.put text.copy", kJoin},
      {"text.put", "text.copy", kPut},
      {"text.seek", "text.size text.space text.byte", kSeek},
      {"text.size", "", kSize},
      {"text.space", "text.byte", kSpace},
      {"text.split", "text.size text.seek text.put", kSplit},
  };
  return functions;
}
