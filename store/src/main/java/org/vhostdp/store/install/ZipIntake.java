package org.vhostdp.store.install;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.vhostdp.store.Cause;
import org.vhostdp.store.DriverDescriptor;
import org.vhostdp.store.DriverRefused;

/** Takes in a zip file of a driver's folder: with its files at the top, or in one folder there. */
final class ZipIntake {
  private ZipIntake() {}

  static void take(Path zip, Intake intake, Intake.Bounds bounds)
      throws DriverRefused, IOException {
    if (Files.size(zip) > bounds.bytes()) {
      throw intake.refused("it is larger than %d bytes.".formatted(bounds.bytes()));
    }
    ZipKinds.check(zip, intake);
    try (ZipFile file = new ZipFile(zip.toFile())) {
      if (file.size() > bounds.entries()) {
        throw intake.refused("it has more than %d entries.".formatted(bounds.entries()));
      }
      List<? extends ZipEntry> entries = file.stream().toList();
      String top = top(entries);
      for (ZipEntry entry : entries) {
        one(file, entry, top, intake);
      }
    } catch (ZipException | IllegalArgumentException e) {
      throw intake.refused("it is no zip file that can be read: %s.".formatted(Cause.of(e)));
    } catch (java.io.EOFException e) {
      throw intake.refused("it is truncated.");
    }
  }

  private static void one(ZipFile file, ZipEntry entry, String top, Intake intake)
      throws DriverRefused, IOException {
    String name = entry.getName();
    boolean folder = name.endsWith("/");
    if (name.startsWith(top)) {
      name = name.substring(top.length());
    }
    if (folder) {
      // A folder's entry ends with a slash; the folder at the top has nothing left.
      String plain = name.isEmpty() ? "" : name.substring(0, name.length() - 1);
      if (!plain.isEmpty() || top.isEmpty()) {
        intake.folder(plain);
      }
      return;
    }
    try (InputStream in = file.getInputStream(entry)) {
      if (in == null) {
        throw intake.refused("it is no zip file that can be read.");
      }
      intake.file(name, in);
    }
  }

  /** The one folder that holds everything, with its slash; empty if the files lie at the top. */
  private static String top(List<? extends ZipEntry> entries) {
    String first = entries.isEmpty() ? "" : entries.getFirst().getName();
    String top = first.substring(0, first.indexOf('/') + 1);
    boolean odd = top.isEmpty() || top.equals("/") || top.equals("../") || top.equals("./");
    boolean whole =
        !odd
            && entries.stream().allMatch(e -> e.getName().startsWith(top))
            && entries.stream().anyMatch(e -> e.getName().equals(top + DriverDescriptor.FILE));
    return whole ? top : "";
  }
}
