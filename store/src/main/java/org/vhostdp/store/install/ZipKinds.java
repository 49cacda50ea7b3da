package org.vhostdp.store.install;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.vhostdp.attest.Printable;
import org.vhostdp.store.DriverRefused;

/**
 * Looks for entries of a zip file that are no plain files: the JDK would unpack a symbolic link as
 * a file with the link's target as its text. Layout: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 and
 * 4.3.16; the upper half of the external attributes is Unix's st_mode.
 */
final class ZipKinds {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int MOST_COMMENT = 0xFFFF;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final long MOST_DIRECTORY = 16 << 20;

  private static final int KIND = 0170000;
  private static final int PLAIN_FILE = 0100000;
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;

  private ZipKinds() {}

  /**
   * Refuses a zip file with links, special files, encryption, or a form of its directory that is
   * unusual.
   */
  static void check(Path zip, Intake intake) throws DriverRefused, IOException {
    try (FileChannel in = FileChannel.open(zip)) {
      ByteBuffer end = end(in, intake);
      int entries = Short.toUnsignedInt(end.getShort(10));
      long bytes = Integer.toUnsignedLong(end.getInt(12));
      long start = Integer.toUnsignedLong(end.getInt(16));
      if (entries == 0xFFFF || bytes > MOST_DIRECTORY || start + bytes > in.size()) {
        throw intake.refused("its directory is too large, or does not lie in the file.");
      }
      ByteBuffer directory = read(in, start, (int) bytes);
      for (int i = 0; i < entries; i++) {
        entry(directory, intake);
      }
      if (directory.hasRemaining()) {
        throw intake.refused("its directory has more entries than it says.");
      }
    }
  }

  private static ByteBuffer end(FileChannel in, Intake intake) throws DriverRefused, IOException {
    int bytes = (int) Math.min(in.size(), END_BYTES + MOST_COMMENT);
    ByteBuffer tail = read(in, in.size() - bytes, bytes);
    for (int at = bytes - END_BYTES; at >= 0; at--) {
      boolean comment =
          tail.getInt(at) == END_SIGNATURE
              && Short.toUnsignedInt(tail.getShort(at + 20)) == bytes - at - END_BYTES;
      if (comment) {
        return tail.slice(at, END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    throw intake.refused("it is no zip file, or its end is missing.");
  }

  private static void entry(ByteBuffer directory, Intake intake) throws DriverRefused {
    int at = directory.position();
    if (directory.remaining() < ENTRY_BYTES || directory.getInt(at) != ENTRY_SIGNATURE) {
      throw intake.refused("its directory is malformed.");
    }
    boolean unix = directory.get(at + 5) == 3;
    boolean encrypted = (directory.getShort(at + 8) & 1) != 0;
    int name = Short.toUnsignedInt(directory.getShort(at + 28));
    int more =
        Short.toUnsignedInt(directory.getShort(at + 30))
            + Short.toUnsignedInt(directory.getShort(at + 32));
    int mode = directory.getInt(at + 38) >>> 16;
    if (directory.remaining() < ENTRY_BYTES + name + more) {
      throw intake.refused("its directory is malformed.");
    }
    byte[] text = new byte[name];
    directory.get(at + ENTRY_BYTES, text);
    String shown = Printable.of(new String(text, StandardCharsets.UTF_8));
    int kind = mode & KIND;
    if (unix && kind == LINK) {
      throw intake.refused("\"%s\" is a symbolic link.".formatted(shown));
    }
    if (unix && kind != 0 && kind != PLAIN_FILE && kind != FOLDER) {
      throw intake.refused("\"%s\" is neither a file nor a folder.".formatted(shown));
    }
    if (encrypted) {
      throw intake.refused("\"%s\" is encrypted.".formatted(shown));
    }
    directory.position(at + ENTRY_BYTES + name + more);
  }

  private static ByteBuffer read(FileChannel in, long start, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining() && in.read(buffer, start + buffer.position()) >= 0) {
      continue;
    }
    return buffer.flip();
  }
}
