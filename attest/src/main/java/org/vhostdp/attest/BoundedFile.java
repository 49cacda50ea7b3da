package org.vhostdp.attest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Small files of strangers: never more than a bound is read. */
final class BoundedFile {
  /** Enough for results and certificates. */
  static final int MOST = 8 << 20;

  private BoundedFile() {}

  /** Reads a file whole. */
  static byte[] bytes(Path file, int most, LinkOption... links) throws Refused {
    String name = Printable.of(file);
    // A pipe or a device would be opened, and might never end.
    if (!Files.isRegularFile(file, links)) {
      throw new Refused(
          Files.exists(file, LinkOption.NOFOLLOW_LINKS)
              ? name + " is no plain file."
              : "There is no file " + name + ".");
    }
    try (InputStream in = Files.newInputStream(file, (OpenOption[]) links)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new Refused("%s is larger than %d bytes.".formatted(name, most));
      }
      return bytes;
    } catch (IOException e) {
      throw new Refused("%s cannot be read: %s.".formatted(name, Reason.of(e)), e);
    }
  }

  /** Bytes as UTF-8, which they must be. */
  static String text(byte[] bytes, String name) throws Refused {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Refused(name + " is not text in UTF-8.", e);
    }
  }

  /** Writes a file beside its place and renames it there: nobody ever sees half of it. */
  static void replace(Path file, byte[] bytes) throws Refused {
    Path whole = file.toAbsolutePath();
    Path beside = null;
    try {
      Files.createDirectories(whole.getParent());
      beside = Files.createTempFile(whole.getParent(), ".", ".new");
      Files.write(beside, bytes);
      Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(
          beside, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Refused refused =
          new Refused("%s cannot be written: %s.".formatted(Printable.of(file), Reason.of(e)), e);
      remove(beside, refused);
      throw refused;
    }
  }

  private static void remove(Path beside, Refused refused) {
    if (beside != null) {
      try {
        Files.deleteIfExists(beside);
      } catch (IOException e) {
        refused.addSuppressed(e);
      }
    }
  }
}
