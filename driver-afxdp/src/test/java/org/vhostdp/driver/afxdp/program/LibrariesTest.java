package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.driver.afxdp.program.ProgramOptions.Mode;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Libraries that are missing or of another version are named; what needs none works without. */
@Timeout(180)
final class LibrariesTest {
  @TempDir private Path folder;

  @Test
  void aMissingLibraryIsNamedWithItsPackage() {
    DriverException e =
        assertThrows(
            DriverException.class, () -> Libraries.open("libxdp.so.99", "libxdp1", List.of()));
    assertEquals(Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().contains("libxdp.so.99 cannot be loaded"), e.getMessage());
    assertTrue(e.getMessage().contains("apt install libxdp1"), e.getMessage());
  }

  @Test
  void aLibraryWithoutAFunctionIsNamed() {
    DriverException e =
        assertThrows(
            DriverException.class,
            () -> Libraries.open("libc.so.6", "libxdp1", List.of("getpid", "xdp_program__fly")));
    assertEquals(Reason.UNSUPPORTED, e.reason());
    assertTrue(e.getMessage().contains("libc.so.6 has no function xdp_program__fly"));
  }

  @Test
  void withoutTheLibrariesASingleProgramWorksAndTheDispatcherIsRefused() throws Exception {
    List<Path> files = installed();
    assumeTrue(!files.isEmpty(), "libxdp.so.1 and libbpf.so.1 are not there to be hidden");
    try (XdpLab lab = XdpLab.open()) {
      lab.in(
          () -> {
            for (Path file : files) {
              XdpLab.run("mount", "--bind", "/dev/null", file.toString());
            }
            for (String way : new String[] {"single", "auto"}) {
              try (OtherProcess other =
                  OtherProcess.start(List.of(), lab.index, Mode.AUTO, way, 0)) {
                assertEquals("got native mode, a single program (bpf_link)", other.said());
              }
            }
            String operators = folder.resolve("operators.o").toString();
            for (String way : new String[] {"dispatcher", operators}) {
              Files.writeString(Path.of(operators), "");
              try (OtherProcess other =
                  OtherProcess.start(List.of(), lab.index, Mode.AUTO, way, 0)) {
                assertTrue(other.said().startsWith("refused NOT_FOUND The library libbpf.so.1"));
                assertTrue(other.said().contains("apt install libbpf1"), other.said());
              }
            }
            return null;
          });
    }
  }

  private static List<Path> installed() throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/usr/lib/x86_64-linux-gnu"))) {
      return all.filter(p -> p.getFileName().toString().matches("lib(bpf|xdp)\\.so\\.1"))
          .map(Path::normalize)
          .map(LibrariesTest::real)
          .toList();
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
