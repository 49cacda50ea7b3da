package org.vhostdp.driver.afxdp.program;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * {@link RedirectProgram} as an object file in memory, which libxdp wants so that its dispatcher
 * can call the program: ELF with the types of BTF (Linux, Documentation/bpf/btf.rst), since a
 * program that takes another one's place is checked by its types.
 */
final class RedirectObject {
  static final String SECTION = "xdp";

  private static final int ELF_HEADER = 64;
  private static final int ELF_SECTION = 64;
  private static final int ELF_SYMBOL = 24;
  private static final short BTF_MAGIC = (short) 0xeb9f;
  private static final int BTF_HEADER = 24;

  /** Types of elf.h and linux/btf.h. */
  private static final int PROGBITS = 1;

  private static final int SYMTAB = 2;
  private static final int STRTAB = 3;
  private static final int KIND_INT = 1;
  private static final int KIND_PTR = 2;
  private static final int KIND_STRUCT = 4;
  private static final int KIND_FUNC = 12;
  private static final int KIND_FUNC_PROTO = 13;

  /** The sections' order: their numbers name each other. */
  private static final String[] SECTIONS = {
    "", ".strtab", SECTION, "license", ".BTF", ".BTF.ext", ".symtab"
  };

  private static final int[] TYPES = {0, STRTAB, PROGBITS, PROGBITS, PROGBITS, PROGBITS, SYMTAB};

  /** SHF_ALLOC and SHF_EXECINSTR for code, SHF_WRITE and SHF_ALLOC for data. */
  private static final int[] FLAGS = {0, 0, 6, 3, 0, 0, 0};

  private static final int STRINGS = 1;
  private static final int CODE = 2;

  private RedirectObject() {}

  /**
   * The file.
   *
   * @param map descriptor of the XSKMAP, open in this process
   */
  static byte[] image(int map) {
    long[] instructions = RedirectProgram.instructions(map);
    Strings names = new Strings();
    for (String section : SECTIONS) {
      names.add(section);
    }
    int symbol = names.add(RedirectProgram.NAME);
    Strings types = new Strings();
    byte[] btf = btf(types);
    byte[][] contents = {
      {},
      names.bytes(),
      code(instructions),
      (RedirectProgram.LICENSE + '\0').getBytes(StandardCharsets.US_ASCII),
      btf,
      extension(types),
      symbols(symbol, instructions.length * Long.BYTES),
    };
    return elf(contents, names);
  }

  private static byte[] elf(byte[][] contents, Strings names) {
    int length = ELF_HEADER;
    int[] offsets = new int[contents.length];
    for (int i = 0; i < contents.length; i++) {
      offsets[i] = length;
      length += contents[i].length + 7 & -8;
    }
    ByteBuffer file = buffer(length + contents.length * ELF_SECTION);
    // e_ident: 64 bits, little-endian, version 1; ET_REL for EM_BPF, version 1.
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    file.putShort((short) 1).putShort((short) 247).putInt(1);
    file.putLong(0).putLong(0).putLong(length).putInt(0);
    file.putShort((short) ELF_HEADER).putShort((short) 0).putShort((short) 0);
    file.putShort((short) ELF_SECTION).putShort((short) contents.length).putShort((short) STRINGS);
    for (int i = 0; i < contents.length; i++) {
      file.position(offsets[i]).put(contents[i]);
    }
    file.position(length);
    for (int i = 0; i < contents.length; i++) {
      boolean symbols = TYPES[i] == SYMTAB;
      file.putInt(names.add(SECTIONS[i])).putInt(TYPES[i]).putLong(FLAGS[i]).putLong(0);
      file.putLong(i == 0 ? 0 : offsets[i]).putLong(contents[i].length);
      // A symbol table names its strings and the first symbol that is global.
      file.putInt(symbols ? STRINGS : 0).putInt(symbols ? 1 : 0);
      file.putLong(i == 0 ? 0 : 8).putLong(symbols ? ELF_SYMBOL : 0);
    }
    return file.array();
  }

  private static byte[] code(long[] instructions) {
    ByteBuffer code = buffer(instructions.length * Long.BYTES);
    code.asLongBuffer().put(instructions);
    return code.array();
  }

  /** The empty symbol, and the program: STB_GLOBAL, STT_FUNC. */
  private static byte[] symbols(int name, int size) {
    ByteBuffer table = buffer(2 * ELF_SYMBOL).position(ELF_SYMBOL);
    table.putInt(name).put((byte) (1 << 4 | 2)).put((byte) 0).putShort((short) CODE);
    return table.putLong(0).putLong(size).array();
  }

  /** {@code int vhostdp_xsks(struct xdp_md *ctx)}, a global function. */
  private static byte[] btf(Strings strings) {
    ByteBuffer types = buffer(128);
    int number = 1;
    int context = 2;
    int pointer = 3;
    int prototype = 4;
    type(types, strings.add("int"), KIND_INT, 0, Integer.BYTES).putInt(1 << 24 | Integer.SIZE);
    type(types, strings.add("xdp_md"), KIND_STRUCT, 0, 24);
    type(types, 0, KIND_PTR, 0, context);
    type(types, 0, KIND_FUNC_PROTO, 1, number).putInt(strings.add("ctx")).putInt(pointer);
    type(types, strings.add(RedirectProgram.NAME), KIND_FUNC, 1, prototype);
    strings.add(SECTION);
    byte[] text = strings.bytes();
    int length = types.position();
    ByteBuffer btf = header(BTF_HEADER + length + text.length, BTF_HEADER);
    btf.putInt(0).putInt(length).putInt(length).putInt(text.length);
    return btf.put(types.array(), 0, length).put(text).array();
  }

  private static ByteBuffer type(ByteBuffer to, int name, int kind, int few, int sizeOrType) {
    return to.putInt(name).putInt(kind << 24 | few).putInt(sizeOrType);
  }

  /** Says which type the function at the section's start has. */
  private static byte[] extension(Strings strings) {
    int functions = 5 * Integer.BYTES;
    int function = 5;
    ByteBuffer ext = header(BTF_HEADER + functions, BTF_HEADER);
    ext.putInt(0).putInt(functions).putInt(functions).putInt(0);
    ext.putInt(2 * Integer.BYTES).putInt(strings.add(SECTION)).putInt(1);
    return ext.putInt(0).putInt(function).array();
  }

  private static ByteBuffer header(int length, int header) {
    return buffer(length).putShort(BTF_MAGIC).put((byte) 1).put((byte) 0).putInt(header);
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A table of strings, the empty one first. */
  private static final class Strings {
    private final ByteArrayOutputStream table = new ByteArrayOutputStream();

    Strings() {
      table.write(0);
    }

    /** The offset of a string, which is added if it is not there. */
    int add(String text) {
      String all = table.toString(StandardCharsets.US_ASCII);
      int at = text.isEmpty() ? 0 : all.indexOf('\0' + text + '\0') + 1;
      if (at == 0 && !text.isEmpty()) {
        at = table.size();
        table.writeBytes((text + '\0').getBytes(StandardCharsets.US_ASCII));
      }
      return at;
    }

    byte[] bytes() {
      return table.toByteArray();
    }
  }
}
