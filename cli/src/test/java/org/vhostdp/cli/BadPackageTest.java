package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vhost-dp driver install} of what is no driver, or a hostile one. */
final class BadPackageTest {
  private static final long MOST_FILE = 256L << 20;

  @TempDir private Path temp;
  private InstalledToys toys;
  private Map<String, byte[]> files;

  @BeforeEach
  void install() throws Exception {
    toys = new InstalledToys(temp);
    files = toys.packages().files("other", "1.0.0");
  }

  private void refused(String sentence, Path source) throws Exception {
    toys.refused(1, sentence, "install", source.toString());
    toys.refused(1, sentence, "install", source.toString(), "--force", "--no-enable", "--json");
  }

  @Test
  void whatIsNotThere() throws Exception {
    refused(
        "There is neither a folder nor a file " + temp.resolve("no.zip"), temp.resolve("no.zip"));
    refused("There is neither a folder nor a file /dev/null", Path.of("/dev/null"));
    toys.refused(2, "Missing required parameter: 'SOURCE'", "install");
    toys.refused(2, "SOURCE is empty", "install", "");
    toys.refused(2, "\"more\" has no meaning here.", "install", "/none", "more");
  }

  @Test
  void whatIsNoDriver() throws Exception {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    refused("The folder " + empty + " has no driver.properties: it is no driver.", empty);
    Path text = Files.writeString(temp.resolve("text.zip"), "not a zip file");
    refused("The package " + text + " is refused: it is no zip file", text);
    files.remove("driver.properties");
    refused("has no driver.properties", toys.packages().zip(files));
  }

  @Test
  void aZipFileThatWasCut() throws Exception {
    byte[] bytes = Files.readAllBytes(toys.packages().zip(files));
    Path cut = temp.resolve("cut.zip");
    for (int length : new int[] {0, bytes.length / 2, bytes.length - 1}) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      refused("The package " + cut + " is refused: it is no zip file", cut);
    }
  }

  @Test
  void namesThatLeadOut() throws Exception {
    for (String name : List.of("../../evil", "lib/../../../evil")) {
      Map<String, byte[]> more = toys.packages().files("other", "1.0.0");
      more.put(name, "evil".getBytes());
      refused("the name \"" + name + "\" leads out of its folder", toys.packages().zip(more));
    }
    String evil = temp.resolve("evil").toString();
    files.put(evil, "evil".getBytes());
    refused("the name \"" + evil + "\" is absolute", toys.packages().zip(files));
    assertTrue(Files.notExists(temp.resolve("evil")));
  }

  @Test
  void symbolicLinks() throws Exception {
    Path folder = toys.packages().folder(files);
    Files.createSymbolicLink(folder.resolve("lib/link.jar"), folder.resolve("lib/driver.jar"));
    refused("\"lib/link.jar\" is a symbolic link", folder);
  }

  @Test
  void anEntryThatIsHuge() throws Exception {
    Path bomb = temp.resolve("bomb.zip");
    byte[] zeros = new byte[1 << 20];
    try (OutputStream file = Files.newOutputStream(bomb);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.putNextEntry(new ZipEntry("lib/zeros.jar"));
      for (long written = 0; written <= MOST_FILE; written += zeros.length) {
        out.write(zeros);
      }
      out.closeEntry();
    }
    assertTrue(Files.size(bomb) < 1 << 20, "it does not look like much");
    toys.refused(
        1, "its file \"lib/zeros.jar\" is larger than 268435456 bytes", "install", bomb.toString());
  }

  @Test
  void anotherBuildOfAVersionThatIsThere() throws Exception {
    Map<String, byte[]> other = toys.packages().files("toy", "2.0.0");
    other.put("README", "more".getBytes());
    toys.refused(
        1,
        "The driver toy 2.0.0 is installed already, with other files",
        "install",
        toys.packages().zip(other).toString());
  }

  @Test
  void aJarThatIsNone() throws Exception {
    files.put("lib/driver.jar", Arrays.copyOf(files.get("lib/driver.jar"), 100));
    refused("The driver other has a jar that is no module", toys.packages().folder(files));
  }

  @Test
  void coordinatesThatAreNone() throws Exception {
    toys.refused(1, "\"a:b\" are no Maven coordinates; write group:artifact", "install", "a:b");
    toys.refused(1, "\"a:b:c:d:e\" are no Maven", "install", "a:b:c:d:e");
    toys.refused(1, "In \"a:..:1\", \"..\" is no part of Maven", "install", "a:..:1");
    toys.refused(1, "In \"a:b:\", \"\" is no part of Maven", "install", "a:b:");
    for (String url : List.of("http://repo.example/", "ftp://repo.example/", "/none", "file", "")) {
      toys.refused(
          2,
          "--repository " + url + " is neither a folder nor a file: or https: URL.",
          "install",
          "a:b:1",
          "--repository",
          url);
    }
  }

  @Test
  void aDataFolderThatIsAFile() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "mine");
    String folder = toys.packages().folder(files).toString();
    for (Path data : List.of(file, file.resolve("below"))) {
      Invocation done = toys.driver("install", folder, "--data", data.toString());
      assertEquals(1, done.code(), done::toString);
      assertTrue(
          done.err().startsWith("vhost-dp: The store " + data + "/drivers cannot be changed: "),
          done::err);
    }
    assertEquals("mine", Files.readString(file));
  }

  /** It is installed, since installing runs nothing of it; what loads it waits, and says so. */
  @Test
  void aConstructorThatHangs() throws Exception {
    Invocation installed = toys.driver("install", toys.packages().hanging().toString());
    assertEquals(0, installed.code(), installed::toString);
    assertEquals(0, toys.driver("verify", "hang").code());
    List<String> before = ToyPackages.listing(toys.data());
    Invocation doctor = toys.driver("doctor", "hang");
    assertEquals(1, doctor.code(), doctor::toString);
    assertEquals(
        "WRONG  hang: The driver hang 1.0.0 did not finish loading in 10000 ms: its constructor or"
            + " a static initializer hangs. Report this to its author.\n",
        doctor.out());
    assertEquals(before, ToyPackages.listing(toys.data()));
    assertEquals(0, toys.driver("remove", "hang", "--force").code());
  }
}
