package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.port.DeviceStatus;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.Request;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserRefused;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Memfd;

/** SET_MEM_TABLE, GET_MAX_MEM_SLOTS, ADD_MEM_REG, REM_MEM_REG. */
class MemoryTableTest {
  private static final long PAGE = 4096;
  private static final long SIZE = 16 * PAGE;
  private static final long USER = 0x7000_0000_0000L;

  private PortBed bed;
  private Fd file;

  @BeforeEach
  void open() throws Exception {
    bed = PortBed.echoing();
    file = Memfd.create("regions", SIZE);
  }

  @AfterEach
  void close() {
    file.close();
    bed.close();
  }

  private RegionSpec region(long guest, long size, long user, long offset) {
    return new RegionSpec(guest, size, user, offset, file.raw());
  }

  /** Region i of many that do not overlap. */
  private RegionSpec nth(int i) {
    return region(i * PAGE, PAGE, USER + i * PAGE, 0);
  }

  private RegionSpec[] first(int count) {
    RegionSpec[] regions = new RegionSpec[count];
    for (int i = 0; i < count; i++) {
      regions[i] = nth(i);
    }
    return regions;
  }

  private Fd[] files(int count) {
    Fd[] fds = new Fd[count];
    Arrays.fill(fds, file);
    return fds;
  }

  private DeviceStatus status() {
    return bed.port().status();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 8})
  void upToEightRegionsAreTaken(int count) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      talk.accepted(Request.SET_MEM_TABLE, Talk.table(count, 0, first(count)), files(count));
      assertEquals(count, status().memoryRegions());
      assertEquals(count * PAGE, status().memoryBytes());
      assertEquals(before.mappings() + count, Mapping.openCount());
      talk.accepted(Request.SET_MEM_TABLE, Talk.table(0, 0));
      before.awaitSame("files are closed and mappings undone");
    }
  }

  @Test
  void theTableMayBeLongerThanItsRegions() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      // User-mode Linux sends room for two regions whatever it has.
      byte[] table = Talk.table(1, 32, nth(0));
      assertEquals(72, table.length);
      talk.accepted(Request.SET_MEM_TABLE, table, files(1));
      assertEquals(1, status().memoryRegions());
    }
  }

  @Test
  void theTableMayNotBeShorterThanItsRegions() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, nth(0)), files(2));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(1, 0), files(1));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(1, 31), files(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 64, 0x0800_0001, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void noOtherNumberOfRegionsIsTaken(int count) throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      talk.refused(Request.SET_MEM_TABLE, Talk.table(count, 0, first(8)), files(8));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(count, 0, first(9)), files(9));
      before.awaitSame("afterwards");
      assertEquals(0, status().memoryRegions());
    }
  }

  @Test
  void eachRegionHasOneFile() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, first(2)), files(1));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, first(2)), files(3));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, first(2)));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(0, 0), files(1));
      before.awaitSame("afterwards");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0x700000000000, 0",
    "0, -1, 0x700000000000, 0",
    "0, 0x8000000000000000, 0x700000000000, 0",
    "0, 4096, 0x700000000000, -4096",
    "0, 4096, 0x700000000000, 0x7ffffffffffff000",
    "0, 0x7fffffffffffffff, 0x700000000000, 4096",
    "-4096, 8192, 0x700000000000, 0",
    "0, 8192, -4096, 0",
    "0, 69632, 0x700000000000, 0",
    "0, 65536, 0x700000000000, 4096",
    "0, 4096, 0x700000000000, 65536",
    "0, 0x100000001000, 0x700000000000, 0",
  })
  void aRegionThatOverflowsOrExceedsItsFileIsRefused(
      String guest, String size, String user, String offset) throws IOException {
    RegionSpec bad = region(number(guest), number(size), number(user), number(offset));
    try (Talk talk = bed.talk().negotiated()) {
      talk.accepted(Request.SET_MEM_TABLE, Talk.table(1, 0, nth(100)), files(1));
      Leaks before = Leaks.now();
      talk.refused(Request.SET_MEM_TABLE, Talk.table(1, 0, bad), files(1));
      talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, nth(50), bad), files(2));
      talk.refused(Request.ADD_MEM_REG, Talk.region(bad), file);
      before.awaitSame("afterwards");
      assertEquals(1, status().memoryRegions(), "the former table stays");
      talk.fatal(Request.SET_MEM_TABLE, Talk.table(1, 0, bad), files(1));
    }
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }

  @Test
  void regionsMayNotOverlap() throws IOException {
    RegionSpec two = region(8 * PAGE, 2 * PAGE, USER, 0);
    List<RegionSpec> over =
        List.of(
            region(9 * PAGE, PAGE, USER + 64 * PAGE, 0),
            region(7 * PAGE, 2 * PAGE, USER + 64 * PAGE, 0),
            region(0, 16 * PAGE, USER + 64 * PAGE, 0),
            region(64 * PAGE, PAGE, USER + PAGE, 0),
            region(64 * PAGE, PAGE, USER + 2 * PAGE - 1, 0),
            two);
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      for (RegionSpec region : over) {
        talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, two, region), files(2));
        talk.refused(Request.SET_MEM_TABLE, Talk.table(2, 0, region, two), files(2));
      }
      before.awaitSame("afterwards");
      RegionSpec beside = region(10 * PAGE, PAGE, USER + 2 * PAGE, 0);
      talk.accepted(Request.SET_MEM_TABLE, Talk.table(2, 0, two, beside), files(2));
      for (RegionSpec region : over.subList(0, over.size() - 1)) {
        talk.refused(Request.ADD_MEM_REG, Talk.region(region), file);
      }
      assertEquals(2, status().memoryRegions());
    }
  }

  @Test
  void aFileThatCannotBeMappedIsRefused() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      talk.refused(Request.SET_MEM_TABLE, Talk.table(1, 0, nth(0)), talk.client.socket().fd());
      talk.refused(Request.ADD_MEM_REG, Talk.region(nth(0)), talk.client.socket().fd());
      before.awaitSame("afterwards");
    }
  }

  @Test
  void slotsAreCountedAndBounded() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      Leaks before = Leaks.now();
      int slots = (int) talk.client.getMaxMemSlots();
      assertEquals(509, slots);
      for (int i = 0; i < slots; i++) {
        talk.accepted(Request.ADD_MEM_REG, Talk.region(nth(i)), file);
      }
      assertEquals(slots, status().memoryRegions());
      talk.refused(Request.ADD_MEM_REG, Talk.region(nth(slots)), file);
      for (int i = 0; i < slots; i++) {
        Fd[] superfluous = i % 2 == 0 ? files(1) : new Fd[0];
        talk.accepted(Request.REM_MEM_REG, Talk.region(nth(i)), superfluous);
      }
      talk.refused(Request.REM_MEM_REG, Talk.region(nth(0)));
      before.awaitSame("afterwards");
    }
  }

  @Test
  void onlyARegionThatIsThereIsRemoved() throws IOException {
    try (Talk talk = bed.talk().negotiated()) {
      talk.accepted(Request.ADD_MEM_REG, Talk.region(nth(3)), file);
      talk.refused(Request.REM_MEM_REG, Talk.region(nth(4)));
      talk.refused(Request.REM_MEM_REG, Talk.region(region(3 * PAGE, PAGE, USER, 0)));
      talk.refused(
          Request.REM_MEM_REG, Talk.region(region(3 * PAGE, 2 * PAGE, USER + 3 * PAGE, 0)));
      talk.refused(Request.ADD_MEM_REG, Talk.region(nth(5)));
      talk.accepted(Request.REM_MEM_REG, Talk.region(nth(3)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Feature.RING_PACKED, Feature.RING_PACKED | Feature.IN_ORDER})
  void tablesAreReplacedUnderTraffic(long features) throws Exception {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().plus(features))) {
      Leaks before = Leaks.now();
      AtomicBoolean over = new AtomicBoolean();
      AtomicReference<Exception> failure = new AtomicReference<>();
      Thread control =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!over.get()) {
                        guest.client().setMemTable(guest.memory().regions());
                      }
                    } catch (IOException e) {
                      failure.set(e);
                    }
                  });
      try {
        Echo.check(guest.net().pair(0), 20_000);
      } finally {
        over.set(true);
        control.join();
      }
      assertEquals(null, failure.get());
      before.awaitSame("replacing tables");
    }
  }

  @Test
  void regionsComeAndGoUnderTraffic() throws IOException {
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults().withMemory(3, false))) {
      Leaks before = Leaks.now();
      Echo echo = new Echo(guest.net().pair(0));
      long above = 1L << 40;
      for (int i = 0; i < 20; i++) {
        RegionSpec more = region(above, SIZE, USER, 0);
        guest.client().addMemReg(more);
        echo.run(50);
        guest.client().remMemReg(more, i % 2 == 0);
        echo.run(50);
      }
      before.awaitSame("afterwards");
    }
  }

  @Test
  void aTableWithoutTheRingsStopsThemAndLeaksNothing() throws IOException {
    Leaks before = Leaks.now();
    try (TwinDevice guest = bed.guest("p", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      echo.run(100);
      Leaks during = Leaks.now();
      for (int i = 0; i < 5; i++) {
        boolean taken = tryTable(guest, List.of(nth(0)));
        assertFalse(taken, "running rings lie outside this table");
        assertFalse(status().rings().get(0).running());
        assertEquals(during.mappings(), Mapping.openCount(), "one region for one");
        assertTrue(tryTable(guest, guest.memory().regions()));
        echo.run(100);
      }
      assertFalse(tryRemove(guest, guest.memory().regions().get(0)));
    }
    before.awaitSame("refused tables");
  }

  private static boolean tryTable(TwinDevice guest, List<RegionSpec> regions) throws IOException {
    try {
      guest.client().setMemTable(new ArrayList<>(regions));
      return true;
    } catch (VhostUserRefused e) {
      return false;
    }
  }

  /** Removes the region that holds the rings; they stop, and another region keeps the table. */
  private boolean tryRemove(TwinDevice guest, RegionSpec region) throws IOException {
    guest.client().addMemReg(region(1L << 40, SIZE, USER, 0));
    try {
      guest.client().remMemReg(region, false);
      return true;
    } catch (VhostUserRefused e) {
      return false;
    }
  }
}
