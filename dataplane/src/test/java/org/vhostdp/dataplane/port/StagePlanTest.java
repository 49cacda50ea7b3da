package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.Profile;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.dataplane.steering.RssSetting;
import org.vhostdp.dataplane.steering.SteeringSpec;
import org.vhostdp.spi.Offload;

/** Services stand in the way only where one side lacks something. */
class StagePlanTest {
  private static final long ALL = Profile.FULL_1.features() & ~Features.HASH_REPORT;
  private static final int TCP = Offload.GSO_TCP4 | Offload.GSO_TCP6;

  private static StagePlan plan(
      int guestPairs, int active, long features, RssSetting rss, String... driver)
      throws Exception {
    return plan(PortServices.DEFAULT, guestPairs, active, features, rss, driver);
  }

  private static StagePlan plan(
      PortServices services,
      int guestPairs,
      int active,
      long features,
      RssSetting rss,
      String... driver)
      throws Exception {
    PortSpec spec = PortBed.spec("p", guestPairs).with(services);
    BackEnd backEnd = new BackEnd(PortBed.loopback(driver), spec);
    try {
      GuestWishes wishes =
          new GuestWishes(features, Features.rxOffloads(features), active, rss, null, 1500);
      return StagePlan.of(backEnd, services, wishes, true);
    } finally {
      backEnd.close();
    }
  }

  private static RssSetting rss(int pairs) throws Exception {
    return RssSetting.of(3, new byte[40], new int[] {0, 1}, 0, pairs);
  }

  @Test
  void aDriverThatCanDoItAllIsAskedForIt() throws Exception {
    StagePlan plan = plan(1, 1, ALL, null);
    assertFalse(plan.switched());
    assertFalse(plan.coalesces());
    assertEquals(TCP, plan.asked() & TCP);
  }

  @Test
  void aDriverThatCanNothingGetsItsFramesCoalesced() throws Exception {
    StagePlan plan = plan(1, 1, ALL, null, "offloads", "none");
    assertEquals(0, plan.asked());
    assertTrue(plan.coalesces());
  }

  @Test
  void aGuestWithoutOffloadsIsNeverCoalescedFor() throws Exception {
    assertFalse(plan(1, 1, Features.VERSION_1, null, "offloads", "none").coalesces());
  }

  @Test
  void queuesAreSwitchedWhereTheirNumbersDiffer() throws Exception {
    assertFalse(plan(4, 4, ALL, null).switched(), "as many");
    assertFalse(plan(4, 2, ALL, null).switched(), "the driver silences the others");
    assertTrue(plan(4, 4, ALL, null, "queues", "2").switched());
    assertTrue(plan(4, 2, ALL, null, "queues", "1").switched());
    assertFalse(plan(4, 1, ALL, null, "queues", "1").switched(), "one and one");
    PortServices wide = new PortServices(Profile.FULL_1, 4, SteeringSpec.AUTO, QosSpec.NONE);
    assertFalse(plan(wide, 1, 1, ALL, null).switched(), "the driver silences the others");
  }

  @Test
  void scalingIsTheDriversWhereItCan() throws Exception {
    assertFalse(plan(2, 2, ALL, rss(2)).switched());
    assertTrue(plan(2, 2, ALL, rss(2), "steering", "false").switched());
    assertFalse(plan(2, 1, ALL, null, "steering", "false").switched(), "nothing to choose");
  }

  @Test
  void hashesForTheGuestAreMadeHere() throws Exception {
    StagePlan plan = plan(2, 2, ALL | Features.HASH_REPORT, rss(2));
    assertNotNull(plan.hashed());
    assertTrue(plan.switched());
    assertFalse(plan(2, 2, ALL | Features.HASH_REPORT, null).switched(), "not asked for");
  }

  @Test
  void rulesOfTheOperatorAreCarriedOutHere() throws Exception {
    SteeringSpec rules = SteeringSpec.of("auto", List.of("tcp 10.0.0.1:80 > *:* = 1"));
    PortServices ruled = new PortServices(Profile.FULL_1, 0, rules, QosSpec.NONE);
    assertTrue(plan(ruled, 2, 2, ALL, null).switched());
    assertFalse(plan(ruled, 2, 1, ALL, null).switched(), "nothing to choose");
  }
}
