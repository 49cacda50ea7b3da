package org.vhostdp.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuntimeFolderTest {
  @TempDir private Path folder;

  @Test
  void aNewFolderIsItsOwnersAlone() throws IOException {
    Path made = folder.resolve("run");
    RuntimeFolder.create(made);
    RuntimeFolder.create(made);
    assertEquals(PosixFilePermissions.fromString("rwx------"), Files.getPosixFilePermissions(made));
  }

  @Test
  void aFolderOpenToOthersIsRefused() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertRefused(open);
  }

  @Test
  void aLinkToAFolderOfOursIsRefused() throws IOException {
    Path made = folder.resolve("run");
    RuntimeFolder.create(made);
    assertRefused(Files.createSymbolicLink(folder.resolve("link"), made));
  }

  private static void assertRefused(Path path) {
    IOException refused = assertThrows(IOException.class, () -> RuntimeFolder.create(path));
    assertTrue(refused.getMessage().contains("is not this user's alone"), refused.getMessage());
  }

  @Test
  void aFolderThatCannotBeMadeIsASentence() {
    IOException refused =
        assertThrows(IOException.class, () -> RuntimeFolder.create(Path.of("/proc/vhost-dp/none")));
    assertTrue(refused.getMessage().contains("cannot be made"), refused.getMessage());
  }

  @Test
  void theDefaultIsOneOfTheFoldersSearched() {
    assertTrue(RuntimeFolder.candidates().contains(RuntimeFolder.path()));
  }

  @Test
  void instancesOfDeadProcessesAreForgotten() throws IOException {
    // Process ids end at 2^22 on Linux.
    Path dead = Files.createFile(folder.resolve("control-4194305.sock"));
    Path strange = Files.createFile(folder.resolve("control-abc.sock"));
    Path own = Files.createFile(Instances.socketIn(folder));
    List<Instances.Instance> running = Instances.running(List.of(folder, folder.resolve("none")));
    assertEquals(List.of(new Instances.Instance(ProcessHandle.current().pid(), own)), running);
    Instances.forgetDead(folder);
    assertFalse(Files.exists(dead));
    assertFalse(Files.exists(strange));
    assertTrue(Files.exists(own));
  }
}
