package org.vhostdp.driver.mdev.vfio;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;

/**
 * The kernel's tree of devices and the files that this layer opens besides; tests make up trees of
 * their own.
 *
 * @param sys where sysfs is mounted
 * @param dev where the device nodes are
 * @param notes the folder in which {@link Loans} are written down
 */
record Sysfs(Path sys, Path dev, Path notes) {
  private static final int WRITE_ONLY = 1;

  /** The machine's own. */
  static Sysfs real() {
    return new Sysfs(Path.of("/sys"), Path.of("/dev"), Path.of("/run/vhost-dp-mdev"));
  }

  /** An attribute's text without the line's end, or the other text if it cannot be read. */
  static String read(Path attribute, String otherwise) {
    try {
      return Files.readString(attribute, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return otherwise;
    }
  }

  /** An attribute's number, decimal or with 0x, or the other number. */
  static int number(Path attribute, int otherwise) {
    try {
      return Integer.decode(read(attribute, "none"));
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** The name of what a link leads to, or null if there is no such link. */
  static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).getFileName().toString();
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** The names in a folder, sorted; none if it is not there. */
  static List<String> names(Path folder) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  /**
   * Writes an attribute with one write(2), as the kernel wants it.
   *
   * @throws DriverException with errno's name and the advice
   */
  static void write(Path attribute, String text, String advice) throws DriverException {
    int errno = tryWrite(attribute, text);
    if (errno != 0) {
      throw VfioErrors.of("write \"" + text.strip() + "\" to", attribute.toString(), errno, advice);
    }
  }

  /** The same; 0 or errno. */
  static int tryWrite(Path attribute, String text) {
    try (Arena arena = Arena.ofConfined();
        Fd fd = Io.open(attribute.toString(), WRITE_ONLY, 0)) {
      MemorySegment bytes = arena.allocateFrom(text);
      long result = Io.write(new CallState(arena), fd.raw(), bytes, bytes.byteSize() - 1);
      return result < 0 ? (int) -result : 0;
    } catch (LinuxException e) {
      return e.errno();
    }
  }
}
