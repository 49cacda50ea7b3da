package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.cli.control.ControlServer;
import org.vhostdp.cli.control.FiveFrames;
import org.vhostdp.cli.control.PortCapture;

final class CaptureCommandTest {
  @TempDir private Path folder;
  private ControlServer server;

  @BeforeEach
  void start() throws IOException {
    PortCapture capture = new PortCapture((port, to) -> new FiveFrames(to)::close, "a test");
    server = new ControlServer(folder.resolve("s"), List.of(), List.of(capture));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Invocation capture(String file, String... more) {
    List<String> words = new ArrayList<>(List.of("capture", "vd0", "-w", file));
    words.addAll(List.of("--control", folder.resolve("s").toString()));
    words.addAll(List.of(more));
    return Invocation.of(words.toArray(String[]::new));
  }

  @Test
  void aCaptureIsWrittenToAFileOfItsOwner() throws IOException {
    Path file = folder.resolve("c.pcapng");
    Invocation done = capture(file.toString(), "--count", "4", "--snaplen", "40");
    assertEquals(0, done.code(), done.err());
    assertEquals("", done.out());
    assertTrue(done.err().contains("4 frames captured, 0 dropped."), done.err());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(0x0A, Files.readAllBytes(file)[0]);
  }

  @Test
  void aDiskThatIsFullIsSaid() {
    Invocation done = capture("/dev/full", "--seconds", "5");
    assertEquals(1, done.code());
    assertTrue(done.err().contains("ENOSPC"), done.err());
  }

  @Test
  void whatCannotBeIsSaid() {
    Invocation done = capture(folder.resolve("none/c").toString());
    assertEquals(1, done.code());
    assertTrue(done.err().contains("none/c"), done.err());
    assertEquals(2, capture("x", "--count", "0").code());
    assertEquals(2, capture("x", "--snaplen", "-1").code());
    assertEquals(2, Invocation.of("capture", "vd0").code());
    assertTrue(
        capture(folder.resolve("c").toString(), "--snaplen", "99999999")
            .err()
            .contains("\"snaplen\" is a whole number from 0 to 262144"));
  }
}
