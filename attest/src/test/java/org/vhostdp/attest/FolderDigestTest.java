package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderDigestTest {
  @TempDir private Path parent;
  private Path folder;

  @BeforeEach
  void make() throws IOException {
    folder = Samples.driver(parent);
  }

  private void assertRefused(String words) {
    Refused refused = assertThrows(Refused.class, () -> FolderDigest.of(folder));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertTrue(refused.getMessage().contains(folder.toString()), refused.getMessage());
  }

  @Test
  void everyFileIsThereByItsPathAndAttestIsNot() throws Exception {
    Files.createDirectories(folder.resolve("attest/deep"));
    Files.writeString(folder.resolve("attest/deep/report.html"), "x");
    Files.createDirectories(folder.resolve("lib/attest"));
    Files.writeString(folder.resolve("lib/attest/abc"), "abc");
    Files.createDirectories(folder.resolve("empty"));
    Map<String, String> digests = FolderDigest.of(folder);
    assertEquals(
        List.of("driver.properties", "lib/attest/abc", "lib/toy.jar"),
        List.copyOf(digests.keySet()));
    assertEquals(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        digests.get("lib/attest/abc"));
    assertThrows(UnsupportedOperationException.class, () -> digests.put("a", "b"));
  }

  @Test
  void aLargeFileIsReadWhole() throws Exception {
    byte[] bytes = new byte[300_001];
    bytes[300_000] = 7;
    Files.write(folder.resolve("large"), bytes);
    assertEquals(Sha256.of(bytes), FolderDigest.of(folder).get("large"));
  }

  @Test
  void theNameFollowsFromPathsAndBytes() throws Exception {
    String name = FolderDigest.name(FolderDigest.of(folder));
    assertEquals(name, FolderDigest.name(FolderDigest.of(folder)));
    Files.move(folder.resolve("lib/toy.jar"), folder.resolve("lib/toi.jar"));
    assertNotEquals(name, FolderDigest.name(FolderDigest.of(folder)));
    assertEquals(
        Sha256.of((Sha256.of(new byte[0]) + "  a\n").getBytes()),
        FolderDigest.name(Map.of("a", Sha256.of(new byte[0]))));
  }

  @Test
  void linksAreRefusedWhereverTheyStand() throws Exception {
    Path link = folder.resolve("lib/link.jar");
    Files.createSymbolicLink(link, folder.resolve("lib/toy.jar"));
    assertRefused("\"lib/link.jar\" is a symbolic link");
    Files.delete(link);
    Files.createSymbolicLink(folder.resolve("attest"), folder.resolve("lib"));
    assertRefused("\"attest\" is a symbolic link");
    Files.delete(folder.resolve("attest"));
    Files.createSymbolicLink(folder.resolve("gone"), Path.of("nowhere"));
    assertRefused("\"gone\" is a symbolic link");
  }

  @Test
  void aSocketIsRefused() throws Exception {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
      assertRefused("\"s\" is neither a file nor a folder");
    }
  }

  @Test
  void namesThatDeceiveAreRefused() throws Exception {
    Path deceiving = Files.writeString(folder.resolve("a\u001b[2Jb"), "x");
    assertRefused("has a control character");
    Files.delete(deceiving);
    Files.writeString(folder.resolve("a\nb"), "x");
    assertRefused("\"a\uFFFDb\" has a control character");
  }

  @Test
  void boundsHold() throws Exception {
    for (FolderDigest.Bounds bounds :
        List.of(
            new FolderDigest.Bounds(2, 1000, 16),
            new FolderDigest.Bounds(100, 20, 16),
            new FolderDigest.Bounds(100, 1000, 0))) {
      assertThrows(Refused.class, () -> FolderDigest.of(folder, bounds), bounds::toString);
    }
    assertEquals(2, FolderDigest.of(folder, new FolderDigest.Bounds(3, 1000, 1)).size());
  }

  @Test
  void whatIsNoFolderIsNamed() {
    Path none = parent.resolve("none");
    Refused refused = assertThrows(Refused.class, () -> FolderDigest.of(none));
    assertEquals("There is no folder " + none + ".", refused.getMessage());
  }
}
