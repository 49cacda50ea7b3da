package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.driver.afxdp.program.ProgramOptions.Mode;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** This driver's own program on a veth: attached, shared, and gone again. */
@Timeout(180)
final class XdpProgramTest {
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
  void aSingleProgramTakesFramesOfQueuesWithASocketAndLeavesNothing(Mode mode) throws Exception {
    lab.in(
        () -> {
          long fds = Fd.openCount();
          XdpProgram program = lab.attach(mode, "single");
          XdpState state = lab.state();
          boolean skb = mode == Mode.SKB;
          assertEquals(skb ? XdpState.SKB : XdpState.NATIVE, state.mode());
          assertEquals(skb, program.skb());
          assertEquals(
              (skb ? "skb" : "native") + " mode, a single program (bpf_link)", program.describe());
          assertEquals(10, lab.seen(10), "queues without a socket are the kernel's");
          try (Fd socket = XdpLab.socket()) {
            program.register(0, socket.raw());
            assertEquals(0, lab.seen(10), "queue 0 has a socket");
            program.unregister(0);
            assertEquals(10, lab.seen(10));
            program.register(0, socket.raw());
          }
          assertEquals(10, lab.seen(10), "a closed socket is in no map");
          program.close();
          program.close();
          assertEquals(XdpState.NONE, lab.state().mode());
          assertEquals(fds, Fd.openCount());
          XdpLab.gone("prog", state.program());
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theBestWayIsTakenAndSaid(Mode mode) throws Exception {
    lab.in(
        () -> {
          XdpProgram program = lab.attach(mode, "auto");
          String name = LoadedPrograms.name(lab.state().program());
          boolean dispatched = name.equals(Dispatcher.NAME);
          String way = dispatched ? "libxdp's dispatcher" : "a single program (bpf_link)";
          assertEquals((mode == Mode.SKB ? "skb" : "native") + " mode, " + way, program.describe());
          try (Fd socket = XdpLab.socket()) {
            program.register(0, socket.raw());
            assertEquals(0, lab.seen(10));
          }
          program.close();
          assertEquals(XdpState.NONE, lab.state().mode());
          assertEquals("", program.remainder());
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theDispatcherIsUsedOrItsAbsenceSaid(Mode mode) throws Exception {
    lab.in(
        () -> {
          int programs = XdpLab.programs();
          try (XdpProgram program = lab.attach(mode, "dispatcher")) {
            assertTrue(program.describe().endsWith("libxdp's dispatcher"), program.describe());
            assertEquals(Dispatcher.NAME, LoadedPrograms.name(lab.state().program()));
            assertEquals(10, lab.seen(10));
            try (Fd socket = XdpLab.socket()) {
              program.register(0, socket.raw());
              assertEquals(0, lab.seen(10));
            }
          } catch (DriverException e) {
            assertEquals(Reason.UNSUPPORTED, e.reason(), e.getMessage());
            assertTrue(e.getMessage().contains("dispatcher does not load for v0"), e.getMessage());
            assertTrue(e.getMessage().contains("program = \"single\""), e.getMessage());
          }
          assertEquals(XdpState.NONE, lab.state().mode());
          assertEquals(programs, XdpLab.programs());
          assertEquals("", XdpLab.pinned());
          return null;
        });
  }

  @Test
  void portsOfOneProcessShareTheProgramAndNotTheirQueues() throws Exception {
    lab.in(
        () -> {
          XdpProgram first = lab.attach(Mode.AUTO, "single");
          int id = lab.state().program();
          XdpProgram second = lab.attach(Mode.AUTO, "auto");
          assertEquals(id, lab.state().program());
          try (Fd one = XdpLab.socket();
              Fd other = XdpLab.socket()) {
            first.register(0, one.raw());
            second.register(1, other.raw());
            DriverException taken =
                assertThrows(DriverException.class, () -> second.register(0, other.raw()));
            assertEquals(Reason.BUSY, taken.reason());
            assertTrue(taken.getMessage().contains("queue 0 in the XSKMAP of v0: EEXIST"));
            second.unregister(0);
            assertEquals(0, lab.seen(10), "the first one's queue is still its own");
            second.close();
            assertEquals(0, lab.seen(10), "and when the second is gone");
          }
          assertTrue(
              lab.refused(Reason.BUSY, Mode.SKB, "single").contains("in native mode already"));
          assertTrue(lab.refused(Reason.BUSY, Mode.AUTO, "/x.o").contains("program = \"single\""));
          assertEquals(id, lab.state().program());
          first.close();
          assertEquals(XdpState.NONE, lab.state().mode());
          return null;
        });
  }

  @Test
  void aProgramOfSomebodyElseIsNotTouched() throws Exception {
    lab.in(
        () -> {
          try (Fd stranger = XdpPrograms.stranger();
              Fd link = XdpLink.attach(stranger.raw(), new Interface("v0", lab.index), false)) {
            assertTrue(link.isOpen());
            for (Mode mode : Mode.values()) {
              String said = lab.refused(Reason.BUSY, mode, "single");
              assertTrue(said.contains("v0 has an XDP program already: program"), said);
              assertTrue(said.contains("native mode"), said);
              assertTrue(said.contains("pinned:PATH"), said);
            }
            assertEquals("", XdpProgram.sweep("v0", lab.index));
            assertEquals(XdpState.NATIVE, lab.state().mode());
          }
          assertEquals(XdpState.NONE, lab.state().mode());
          return null;
        });
  }

  @Test
  void whatIsNoInterfaceOrProgramIsNamed() throws Exception {
    lab.in(
        () -> {
          DriverException gone =
              assertThrows(
                  DriverException.class,
                  () -> XdpProgram.attach(XdpLab.options(Mode.AUTO, "single"), "v9", 9999).close());
          assertEquals(Reason.NOT_FOUND, gone.reason());
          assertTrue(gone.getMessage().contains("v9: ENODEV"), gone.getMessage());
          assertTrue(lab.refused(Reason.CONFIGURATION, Mode.AUTO, "best").contains("\"best\""));
          return null;
        });
  }

  @Test
  void theInterfaceMayVanishBeforeTheProgramIsClosed() throws Exception {
    lab.in(
        () -> {
          XdpProgram program = lab.attach(Mode.AUTO, "auto");
          int id = lab.state().program();
          XdpLab.run("ip", "link", "del", "v0");
          program.close();
          XdpLab.gone("prog", id);
          return null;
        });
  }

  @Test
  void aForcedOffProgramIsAttachedAnew() throws Exception {
    lab.in(
        () -> {
          XdpProgram first = lab.attach(Mode.AUTO, "single");
          int id = lab.state().program();
          String link = XdpLab.run("bpftool", "link", "show");
          String number =
              link.lines()
                  .filter(l -> l.contains("prog " + id) && l.contains("xdp"))
                  .findFirst()
                  .orElseThrow()
                  .split(":")[0];
          XdpLab.run("bpftool", "link", "detach", "id", number);
          assertEquals(XdpState.NONE, lab.state().mode());
          XdpProgram second = lab.attach(Mode.AUTO, "single");
          assertNotEquals(id, lab.state().program());
          first.close();
          assertNotEquals(XdpState.NONE, lab.state().mode());
          second.close();
          assertEquals(XdpState.NONE, lab.state().mode());
          return null;
        });
  }

  @Test
  void aQueueBeyondTheMapIsNamed() throws Exception {
    lab.in(
        () -> {
          try (XdpProgram program = lab.attach(Mode.AUTO, "single");
              Fd socket = XdpLab.socket()) {
            DriverException e =
                assertThrows(DriverException.class, () -> program.register(5000, socket.raw()));
            assertTrue(e.getMessage().contains("queues 0 to 4095"), e.getMessage());
          }
          return null;
        });
  }

  @Test
  void theVerifiersReasonsAreInTheSentence() {
    assumeTrue(lab != null);
    // r0 = *(u64 *)(r1 + 0), which is no field of the context; exit.
    long[] bad = {
      RedirectProgram.instruction(0x79, 0, 1, 100, 0), RedirectProgram.instruction(0x95, 0, 0, 0, 0)
    };
    DriverException e = assertThrows(DriverException.class, () -> RedirectProgram.load(bad));
    assertTrue(e.getMessage().contains("verifier refused"), e.getMessage());
    assertTrue(e.getMessage().contains("invalid bpf_context access"), e.getMessage());
    assertFalse(e.getMessage().contains("processed "), e.getMessage());
  }
}
