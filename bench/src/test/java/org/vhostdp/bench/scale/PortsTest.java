package org.vhostdp.bench.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.host.Workspace;

final class PortsTest {
  /** Bytes of sun_path, less the zero at its end. */
  private static final int LONGEST_PATH = 107;

  @Test
  void eachPortHasADriverAndASocketOfItsOwn() throws IOException {
    try (Workspace workspace = new Workspace()) {
      Ports ports = Ports.write(workspace, 64, 4, Ports.LOOPBACK);
      List<String> lines = Files.readAllLines(ports.file());
      for (int i = 0; i < 64; i++) {
        assertTrue(lines.contains("[driver.d" + i + "]"));
        assertTrue(lines.contains("driver = \"d" + i + "\""));
        assertTrue(lines.contains("socket = \"" + ports.sockets().get(i) + "\""));
      }
      assertEquals(64, lines.stream().filter("queues = 4"::equals).count());
      assertEquals(64, new HashSet<>(ports.sockets()).size());
      for (Path socket : ports.sockets()) {
        assertTrue(socket.toString().length() <= LONGEST_PATH, socket.toString());
      }
    }
  }
}
