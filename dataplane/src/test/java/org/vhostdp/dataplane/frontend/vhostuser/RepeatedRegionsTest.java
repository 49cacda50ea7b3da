package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Memfd;

/** ADD_MEM_REG and REM_MEM_REG as QEMU 7.2 sends them: once for each queue pair. */
class RepeatedRegionsTest {
  private static final long PAGE = 4096;
  private static final long USER = 0x7000_0000_0000L;

  private PortBed bed;
  private Fd file;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
    file = Memfd.create("regions", 4 * PAGE);
  }

  @AfterEach
  void close() {
    file.close();
    bed.close();
  }

  private byte[] first(long size) {
    return Talk.region(new RegionSpec(0, size, USER, 0, file.raw()));
  }

  private int count() {
    return bed.port().status().memoryRegions();
  }

  @Test
  void aRegionAddedForEachPairIsThereOnceAndRemovedAsOften() throws Exception {
    try (Talk talk = bed.talk().negotiated()) {
      talk.accepted(Request.ADD_MEM_REG, first(PAGE), file);
      talk.accepted(Request.ADD_MEM_REG, first(PAGE), file);
      assertEquals(1, count());
      talk.accepted(Request.REM_MEM_REG, first(PAGE));
      assertEquals(0, count());
      talk.accepted(Request.REM_MEM_REG, first(PAGE));
      talk.refused(Request.REM_MEM_REG, first(PAGE));
    }
  }

  @Test
  void aRegionThatGrewReplacesTheOldOneForEachPair() throws Exception {
    try (Talk talk = bed.talk().negotiated()) {
      talk.accepted(Request.ADD_MEM_REG, first(PAGE), file);
      talk.accepted(Request.ADD_MEM_REG, first(PAGE), file);
      for (int pair = 0; pair < 2; pair++) {
        talk.accepted(Request.REM_MEM_REG, first(PAGE));
        talk.accepted(Request.ADD_MEM_REG, first(2 * PAGE), file);
        assertEquals(1, count());
      }
      talk.refused(Request.ADD_MEM_REG, first(PAGE), file);
    }
  }
}
