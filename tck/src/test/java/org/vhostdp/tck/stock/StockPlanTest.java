package org.vhostdp.tck.stock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.linux.Capability;

final class StockPlanTest {
  @Test
  void anotherProcessReadsTheSamePlan() {
    StockPlan plan =
        new StockPlan(
            Path.of("/srv/drivers/x"),
            "pair",
            Map.of("queues", "2", "wire", "{wire}"),
            Map.of("far.queues", "4"));
    assertEquals(plan, StockPlan.decode(plan.encode()));
    StockPlan bare = StockPlan.of("");
    assertEquals(bare, StockPlan.decode(bare.encode()));
  }

  @Test
  void aKeyThatNoPlanHasIsNamed() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> StockPlan.decode(Map.of("wire", "tap", "wires", "x")));
    assertTrue(e.getMessage().contains("\"wires\""), e.getMessage());
  }

  @Test
  void aWireThatIsNotThereIsNamed() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new StockHarness(new LoopbackDriver(), StockPlan.of("string")));
    assertTrue(e.getMessage().contains("\"string\""), e.getMessage());
  }

  @Test
  void aDriverThatCannotNameItsDeviceIsToldSo() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new StockHarness(new LoopbackDriver(), StockPlan.of(StockWires.VETH)));
    assertTrue(e.getMessage().contains("{device}"), e.getMessage());
  }

  @Test
  void devicesAndTheirFarEndsAreCounted() {
    Map<String, String> ends = Map.of("near", "0000:01:00.0, 0000:02:00.0", "far", "eth0");
    StockPlan plan = new StockPlan(null, "", Map.of("wire", "{device}"), ends);
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> new StockHarness(new LoopbackDriver(), plan));
    assertTrue(e.getMessage().contains("2 and 1"), e.getMessage());
  }

  @Test
  void privilegesAreThoseOfTheWireUnlessThePlanNamesThem() {
    LoopbackDriver driver = new LoopbackDriver();
    assertEquals(Set.of(), new StockHarness(driver, StockPlan.of(StockWires.PAIR)).privileges());
    StockPlan named =
        new StockPlan(null, "pair", Map.of(), Map.of("privileges", "CAP_NET_RAW, CAP_NET_ADMIN"));
    assertEquals(
        Set.of(Capability.CAP_NET_RAW, Capability.CAP_NET_ADMIN),
        new StockHarness(driver, named).privileges());
    StockPlan wrong = new StockPlan(null, "pair", Map.of(), Map.of("privileges", "CAP_NIL"));
    StockHarness harness = new StockHarness(driver, wrong);
    Exception e = assertThrows(IllegalArgumentException.class, harness::privileges);
    assertTrue(e.getMessage().contains("CAP_NIL"), e.getMessage());
  }

  @Test
  void theReferenceDriversKeysTellItsWire() {
    StockHarness harness = new StockHarness(new LoopbackDriver(), StockPlan.of(""));
    assertTrue(harness.describe().contains("loopback"), harness.describe());
  }

  @Test
  void aDriverThatMustBeToldAnInterfaceUsesOne() {
    StockHarness harness = new StockHarness(new PacketDriver(), StockPlan.of(""));
    assertTrue(harness.describe().contains("veth"), harness.describe());
    assertEquals(
        Set.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN),
        harness.privileges());
  }

  @Test
  void privilegesOfTheDescriptorGoBeforeTheWires() {
    StockWires wires = StockWires.of(new PacketDriver(), StockPlan.of(""));
    wires.documented(List.of("CAP_IPC_LOCK"));
    assertEquals(Set.of(Capability.CAP_IPC_LOCK, Capability.CAP_SYS_ADMIN), wires.privileges());
    StockPlan named = new StockPlan(null, "", Map.of(), Map.of("privileges", ""));
    StockWires given = StockWires.of(new PacketDriver(), named);
    given.documented(List.of("CAP_IPC_LOCK"));
    assertEquals(Set.of(), given.privileges());
  }

  @Test
  void everyPlaceholderIsReplacedAnywhereInAValue() throws Exception {
    PairWires wires =
        new PairWires(
            new LoopbackDriver(),
            Map.of("a", "x{n}0,id={n},socket={dir}/m", "b", "{wire}-{pid}"),
            Map.of("far.a", "x{n}1,id={n},socket={dir}/m"));
    PairEnds ends = wires.ends();
    String wire = "tck-";
    String number =
        ends.near().get("b").substring(wire.length(), ends.near().get("b").lastIndexOf('-'));
    assertEquals(wire + number + "-" + ProcessHandle.current().pid(), ends.near().get("b"));
    assertEquals(
        "x" + number + "0,id=" + number + ",socket=" + ends.folder() + "/m", ends.near().get("a"));
    assertEquals(
        "x" + number + "1,id=" + number + ",socket=" + ends.folder() + "/m", ends.far().get("a"));
    Files.writeString(ends.folder().resolve("m"), "");
    assertEquals(Set.of(ends.folder() + "/m"), ends.files());
    ends.close();
    assertTrue(Files.notExists(ends.folder()));
  }

  @Test
  void aDriverThatIsNotToldItsNamespaceNeedsNoPrivilegeForIt() {
    StockPlan plan = new StockPlan(null, "", Map.of(), Map.of("netns", "thread"));
    assertEquals(
        Set.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW),
        new StockHarness(new PacketDriver(), plan).privileges());
  }
}
