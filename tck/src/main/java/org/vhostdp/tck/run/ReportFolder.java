package org.vhostdp.tck.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.vhostdp.attest.Refused;
import org.vhostdp.attest.TckResult;
import org.vhostdp.tck.report.HtmlReport;
import org.vhostdp.tck.report.JUnitXml;

/** Where the files about a run go. */
public final class ReportFolder {
  private final Path folder;

  /**
   * Makes the folder if it is missing, and tries whether files can be written into it: before the
   * run, not after.
   *
   * @throws KitRefused saying why not
   */
  public ReportFolder(Path folder) throws KitRefused {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".trial", null));
    } catch (FileAlreadyExistsException e) {
      throw new KitRefused("The report folder " + folder + " is a file; name a folder.", e);
    } catch (IOException e) {
      throw new KitRefused(
          "Into the report folder %s no file can be written: %s. Name another, or change its rights."
              .formatted(folder, e.getClass().getSimpleName()),
          e);
    }
  }

  /**
   * Writes result.json, junit.xml and report.html, each in one step.
   *
   * @throws KitRefused saying which file could not be written
   */
  public void write(TckResult result) throws KitRefused {
    try {
      result.write(folder.resolve(TckResult.FILE));
    } catch (Refused e) {
      throw new KitRefused(e.getMessage(), e);
    }
    replace(JUnitXml.FILE, JUnitXml.of(result));
    replace(HtmlReport.FILE, HtmlReport.of(result));
  }

  private void replace(String name, String text) throws KitRefused {
    try {
      // Not a temporary file of the JDK's: nobody else could read those.
      Path beside = folder.resolve("." + name + "." + ProcessHandle.current().pid());
      Files.writeString(beside, text, StandardCharsets.UTF_8);
      Files.move(
          beside,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new KitRefused(
          "The file %s cannot be written: %s.".formatted(folder.resolve(name), e), e);
    }
  }

  /** The folder. */
  public Path path() {
    return folder;
  }
}
