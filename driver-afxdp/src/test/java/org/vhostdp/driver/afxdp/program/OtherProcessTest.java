package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.driver.afxdp.program.ProgramOptions.Mode;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Two processes on one interface, and processes that are killed. */
@Timeout(180)
final class OtherProcessTest {
  private static final int CAP_BPF = 39;
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

  private OtherProcess other(String program, int queue, int... capabilities) throws Exception {
    return OtherProcess.start(List.of(), lab.index, Mode.AUTO, program, queue, capabilities);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "single"})
  void aKilledProcessLeavesNothingAfterTheNextStart(String way) throws Exception {
    lab.in(
        () -> {
          OtherProcess other = other(way, 0);
          assertTrue(other.said().startsWith("got native mode"), other.said());
          int id = lab.state().program();
          assertNotEquals(0, id);
          assertEquals(0, lab.seen(5));
          other.kill();
          assertEquals("", XdpProgram.sweep("v0", lab.index));
          assertEquals(XdpState.NONE, lab.state().mode());
          assertEquals("", XdpLab.pinned());
          XdpLab.gone("prog", id);
          assertEquals(5, lab.seen(5));
          lab.attach(Mode.AUTO, way).close();
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "single"})
  void processesShareTheProgramAndNotTheirQueues(String way) throws Exception {
    lab.in(
        () -> {
          XdpProgram mine;
          int id;
          try (OtherProcess other = other(way, 0);
              Fd socket = XdpLab.socket()) {
            assertTrue(other.said().startsWith("got native mode"), other.said());
            id = lab.state().program();
            mine = lab.attach(Mode.AUTO, way);
            assertTrue(mine.describe().endsWith("shared with another process"), mine.describe());
            assertEquals("", XdpProgram.sweep("v0", lab.index));
            DriverException taken =
                assertThrows(DriverException.class, () -> mine.register(0, socket.raw()));
            assertEquals(Reason.BUSY, taken.reason());
            assertTrue(taken.getMessage().contains("EEXIST"), taken.getMessage());
            assertEquals(0, lab.seen(5));
            try (OtherProcess third = other(way, 0)) {
              assertTrue(third.said().startsWith("refused BUSY"), third.said());
              assertTrue(third.said().contains("Another socket receives that queue"));
            }
            assertEquals(0, lab.seen(5));
          }
          // The one that attached is gone, and the program works on for who shares it.
          assertEquals(id, lab.state().program());
          assertEquals(5, lab.seen(5));
          try (Fd socket = XdpLab.socket()) {
            mine.register(0, socket.raw());
            assertEquals(0, lab.seen(5));
          }
          mine.close();
          assertEquals(XdpState.NONE, lab.state().mode());
          return null;
        });
  }

  @Test
  void theKernelRemovesALinkWithTheLastOfSeveralKilledProcesses() throws Exception {
    lab.in(
        () -> {
          OtherProcess one = other("single", 0);
          OtherProcess two = other("single", 1);
          assertTrue(two.said().endsWith("shared with another process"), two.said());
          int id = lab.state().program();
          one.kill();
          assertEquals(id, lab.state().program());
          two.kill();
          XdpLab.gone("prog", id);
          assertEquals(XdpState.NONE, lab.state().mode());
          return null;
        });
  }

  @Test
  void theLeastPrivilegesSuffice() throws Exception {
    lab.in(
        () -> {
          int[] least = {CAP_BPF, Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW};
          for (String way : new String[] {"single", "auto"}) {
            try (OtherProcess other = other(way, 0, least)) {
              assertEquals("got native mode, a single program (bpf_link)", other.said());
              assertEquals(0, lab.seen(5));
            }
            assertEquals(XdpState.NONE, lab.state().mode());
          }
          try (OtherProcess other = other("dispatcher", 0, least)) {
            assertTrue(other.said().startsWith("refused PERMISSION libxdp's"), other.said());
            assertTrue(other.said().contains("takes CAP_SYS_ADMIN"), other.said());
          }
          assertEquals(XdpState.NONE, lab.state().mode());
          return null;
        });
  }

  @Test
  void sharingWithoutTheRightToIsRefusedAndSaid() throws Exception {
    lab.in(
        () -> {
          XdpProgram mine = lab.attach(Mode.AUTO, "single");
          try (OtherProcess other =
              other("auto", 1, CAP_BPF, Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW)) {
            assertTrue(other.said().startsWith("refused BUSY v0 has an XDP program"), other.said());
            assertTrue(other.said().contains("CAP_SYS_ADMIN"), other.said());
          }
          mine.close();
          return null;
        });
  }

  @Test
  void withoutPrivilegesTheSentenceNamesThem() throws Exception {
    lab.in(
        () -> {
          for (String way : new String[] {"auto", "single"}) {
            try (OtherProcess other = other(way, 0, Capability.CAP_NET_RAW)) {
              assertTrue(other.said().startsWith("refused PERMISSION"), other.said());
              assertTrue(
                  other.said().contains("BPF_MAP_CREATE XSKMAP for v0: EPERM"), other.said());
              assertTrue(other.said().contains("CAP_BPF and CAP_NET_ADMIN"), other.said());
              assertTrue(other.said().contains("pinned:PATH"), other.said());
            }
          }
          return null;
        });
  }
}
