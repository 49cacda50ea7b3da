package org.vhostdp.store.install;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.vhostdp.attest.Printable;
import org.vhostdp.store.DriverRefused;

/** Takes in a driver's folder. Links are refused, never followed. */
final class FolderIntake {
  private FolderIntake() {}

  static void take(Path folder, Intake intake) throws DriverRefused, IOException {
    DriverRefused[] refusal = new DriverRefused[1];
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes)
              throws IOException {
            return each.equals(folder) ? FileVisitResult.CONTINUE : visit(each, attributes);
          }

          @Override
          public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
              throws IOException {
            return visit(each, attributes);
          }

          private FileVisitResult visit(Path each, BasicFileAttributes attributes)
              throws IOException {
            try {
              one(each, folder.relativize(each).toString(), attributes, intake);
              return FileVisitResult.CONTINUE;
            } catch (DriverRefused e) {
              refusal[0] = e;
              return FileVisitResult.TERMINATE;
            }
          }
        });
    if (refusal[0] != null) {
      throw refusal[0];
    }
  }

  private static void one(Path path, String name, BasicFileAttributes attributes, Intake intake)
      throws DriverRefused, IOException {
    if (attributes.isSymbolicLink()) {
      throw intake.refused("\"%s\" is a symbolic link.".formatted(Printable.of(name)));
    }
    if (attributes.isDirectory()) {
      intake.folder(name);
    } else if (attributes.isRegularFile()) {
      try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
        intake.file(name, in);
      }
    } else {
      throw intake.refused("\"%s\" is neither a file nor a folder.".formatted(Printable.of(name)));
    }
  }
}
