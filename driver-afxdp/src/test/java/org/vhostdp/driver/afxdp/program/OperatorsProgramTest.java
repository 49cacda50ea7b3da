package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.driver.afxdp.program.ProgramOptions.Mode;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** An operator's own program: an object file, a pinned map, or nothing of this driver's at all. */
@Timeout(180)
final class OperatorsProgramTest {
  @TempDir private Path folder;
  private XdpLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = XdpLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void anObjectFileIsAttachedAndRemoved(Mode mode) throws Exception {
    String path = XdpPrograms.compiled(folder, "good", XdpPrograms.GOOD).toString();
    lab.in(
        () -> {
          long fds = Fd.openCount();
          XdpProgram program = lab.attach(mode, path);
          String where = mode == Mode.SKB ? "skb" : "native";
          assertEquals(
              where + " mode, " + path + " as a single program (bpf_link)", program.describe());
          int id = lab.state().program();
          assertEquals("operators", LoadedPrograms.name(id));
          assertEquals(5, lab.seen(5));
          XdpProgram second = lab.attach(mode, path);
          try (Fd socket = XdpLab.socket()) {
            program.register(0, socket.raw());
            assertEquals(0, lab.seen(5));
            DriverException e =
                assertThrows(DriverException.class, () -> second.register(4, socket.raw()));
            assertTrue(e.getMessage().contains("E2BIG"), e.getMessage());
            assertTrue(e.getMessage().contains("queues 0 to 3"), e.getMessage());
          }
          program.close();
          second.close();
          assertEquals(XdpState.NONE, lab.state().mode());
          XdpLab.gone("prog", id);
          assertEquals(fds, Fd.openCount());
          return null;
        });
  }

  @Test
  void whatIsWrongWithAnObjectFileIsSaid() throws Exception {
    Path text = Files.writeString(folder.resolve("text.o"), "no object file");
    Path refused = XdpPrograms.compiled(folder, "refused", XdpPrograms.REFUSED);
    Path noMap = XdpPrograms.compiled(folder, "nomap", XdpPrograms.NO_MAP);
    Path noXdp = XdpPrograms.compiled(folder, "noxdp", XdpPrograms.NO_XDP);
    lab.in(
        () -> {
          String missing = folder.resolve("missing.o").toString();
          String said = lab.refused(Reason.NOT_FOUND, Mode.AUTO, missing);
          assertTrue(said.contains("open " + missing + ": ENOENT"), said);
          said = lab.refused(Reason.DEVICE, Mode.AUTO, text.toString());
          assertTrue(said.contains(text.toString()) && said.contains("clang"), said);
          said = lab.refused(Reason.CONFIGURATION, Mode.AUTO, refused.toString());
          assertTrue(said.contains(refused + ": EACCES"), said);
          assertTrue(said.contains("verifier refused"), said);
          assertTrue(said.contains("invalid access to packet"), said);
          said = lab.refused(Reason.CONFIGURATION, Mode.AUTO, noMap.toString());
          assertTrue(said.contains("has no XSKMAP named xsks_map"), said);
          said = lab.refused(Reason.CONFIGURATION, Mode.AUTO, noXdp.toString());
          assertTrue(said.contains("has no XDP program"), said);
          return null;
        });
  }

  @Test
  void socketsGoIntoAPinnedMapAndNothingElseIsTouched() throws Exception {
    String path = XdpPrograms.compiled(folder, "good", XdpPrograms.GOOD).toString();
    lab.in(
        () -> {
          String map = pin(path);
          int id = lab.state().program();
          XdpProgram program = lab.attach(Mode.AUTO, "pinned:" + map);
          assertTrue(program.skb());
          assertTrue(
              program.describe().startsWith("sockets in the XSKMAP " + map), program.describe());
          assertTrue(
              program
                  .describe()
                  .endsWith("v0 has an operator's program operators (id " + id + ", skb mode)"),
              program.describe());
          assertEquals(5, lab.seen(5));
          try (Fd socket = XdpLab.socket();
              Fd stranger = XdpLab.socket()) {
            program.register(0, socket.raw());
            assertEquals(0, lab.seen(5));
            XdpProgram other = lab.attach(Mode.AUTO, "pinned:" + map);
            DriverException taken =
                assertThrows(DriverException.class, () -> other.register(0, stranger.raw()));
            assertEquals(Reason.BUSY, taken.reason());
            other.close();
            assertEquals(0, lab.seen(5));
            program.close();
            assertEquals(5, lab.seen(5));
          }
          assertEquals("", XdpProgram.sweep("v0", lab.index));
          assertEquals(id, lab.state().program());
          return null;
        });
  }

  /** As an operator: loads the program with bpftool, attaches it in skb mode, pins its map. */
  private static String pin(String object) throws Exception {
    assumeTrue(XdpLab.has("bpftool", "version"), "bpftool is not there");
    String program = "/sys/fs/bpf/operators";
    XdpLab.run("bpftool", "prog", "load", object, program, "pinmaps", "/sys/fs/bpf/maps");
    XdpLab.run("bpftool", "net", "attach", "xdpgeneric", "pinned", program, "dev", "v0");
    return "/sys/fs/bpf/maps/xsks_map";
  }

  @Test
  void anotherUserWithoutPrivilegesUsesAPinnedMapThatIsHis() throws Exception {
    String path = XdpPrograms.compiled(folder, "good", XdpPrograms.GOOD).toString();
    lab.in(
        () -> {
          String map = pin(path);
          List<String> user =
              List.of(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  "--inh-caps=-all,+net_raw",
                  "--ambient-caps=-all,+net_raw",
                  "--bounding-set=-all,+net_raw");
          assumeTrue(
              XdpLab.has("setpriv", "--version"), "setpriv is not there to act as another user");
          XdpLab.run("chmod", "0711", "/sys/fs/bpf", "/sys/fs/bpf/maps");
          try (OtherProcess other =
              OtherProcess.start(user, lab.index, Mode.AUTO, "pinned:" + map, 0)) {
            assertTrue(other.said().startsWith("refused PERMISSION"), other.said());
            assertTrue(other.said().contains(map + ": EACCES"), other.said());
            assertTrue(other.said().contains("may read and write (chown"), other.said());
          }
          XdpLab.run("chown", "65534", map);
          try (OtherProcess other =
              OtherProcess.start(user, lab.index, Mode.AUTO, "pinned:" + map, 0)) {
            assertTrue(other.said().startsWith("got sockets in the XSKMAP " + map), other.said());
            assertTrue(other.said().contains("an operator's program (id"), other.said());
            assertEquals(0, lab.seen(5));
          }
          assertEquals(5, lab.seen(5));
          return null;
        });
  }

  @Test
  void whatIsNoPinnedMapIsNamed() throws Exception {
    String path = XdpPrograms.compiled(folder, "good", XdpPrograms.GOOD).toString();
    lab.in(
        () -> {
          pin(path);
          String said = lab.refused(Reason.NOT_FOUND, Mode.AUTO, "pinned:/sys/fs/bpf/missing");
          assertTrue(said.contains("/sys/fs/bpf/missing: ENOENT"), said);
          said = lab.refused(Reason.CONFIGURATION, Mode.AUTO, "pinned:/sys/fs/bpf/operators");
          assertTrue(said.contains("/sys/fs/bpf/operators is no XSKMAP"), said);
          said = lab.refused(Reason.PERMISSION, Mode.AUTO, "pinned:" + path);
          assertTrue(said.contains("pinned in a bpf file system"), said);
          return null;
        });
  }

  @Test
  void noneAttachesNothing() throws Exception {
    lab.in(
        () -> {
          XdpProgram program = lab.attach(Mode.AUTO, "none");
          assertEquals(
              "nothing attached by this driver; v0 has no XDP program now", program.describe());
          try (Fd socket = XdpLab.socket()) {
            program.register(0, socket.raw());
            assertEquals(5, lab.seen(5));
            program.unregister(0);
          }
          assertEquals(XdpState.NONE, lab.state().mode());
          program.close();
          return null;
        });
  }

  @Test
  void aProcessWithoutAnyPrivilegeIsToldWhatAnObjectFileNeeds() throws Exception {
    String path = XdpPrograms.compiled(folder, "good", XdpPrograms.GOOD).toString();
    lab.in(
        () -> {
          try (OtherProcess other =
              OtherProcess.start(
                  List.of(), lab.index, Mode.AUTO, path, 0, Capability.CAP_NET_RAW)) {
            assertTrue(other.said().startsWith("refused PERMISSION"), other.said());
            assertTrue(other.said().contains("CAP_BPF and CAP_NET_ADMIN"), other.said());
          }
          return null;
        });
  }
}
