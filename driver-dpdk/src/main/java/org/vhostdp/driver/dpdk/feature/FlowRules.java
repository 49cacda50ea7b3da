package org.vhostdp.driver.dpdk.feature;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.driver.dpdk.feature.generated.rte_flow_action;
import org.vhostdp.driver.dpdk.feature.generated.rte_flow_action_queue;
import org.vhostdp.driver.dpdk.feature.generated.rte_flow_error;
import org.vhostdp.driver.dpdk.feature.generated.rte_flow_item;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Rules of rte_flow on a started device: exact flows to their queues, or nowhere. Control threads.
 */
public final class FlowRules implements AutoCloseable {
  /** struct rte_flow_attr: group, priority, and a word of bits of which the lowest is ingress. */
  private static final int ATTRIBUTES = 12;

  private static final int INGRESS = 1;
  private static final int MOST_MESSAGE = 256;

  private final int port;
  private final List<MemorySegment> flows = new ArrayList<>();

  private FlowRules(int port) {
    this.port = port;
  }

  /**
   * Makes rules.
   *
   * @param port a started ethdev
   * @param text the key {@code flow}; no rules if it is empty
   * @return what takes the rules away
   * @throws DriverException naming the rule that cannot be read or that the device refuses; none of
   *     the rules is left behind
   */
  public static FlowRules apply(int port, String text) throws DriverException {
    FlowRules rules = new FlowRules(port);
    try {
      for (FlowRule rule : FlowText.read(text)) {
        rules.create(rule);
      }
      return rules;
    } catch (DriverException e) {
      rules.close();
      throw e;
    }
  }

  /**
   * Checks the text of rules.
   *
   * @throws DriverException naming the rule that cannot be read
   */
  public static void check(String text) throws DriverException {
    FlowText.read(text);
  }

  private void create(FlowRule rule) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(ATTRIBUTES, 4);
      attributes.set(JAVA_INT, 8, INGRESS);
      MemorySegment error = rte_flow_error.allocate(arena);
      MemorySegment flow =
          Features.rte_flow_create(
              (short) port, attributes, pattern(arena, rule), actions(arena, rule), error);
      if (flow.address() == 0) {
        throw refused(rule, error);
      }
      flows.add(flow);
    }
  }

  /** The headers, and an item of zeroes behind them, which is RTE_FLOW_ITEM_TYPE_END. */
  private static MemorySegment pattern(Arena arena, FlowRule rule) {
    int count = rule.items().size();
    MemorySegment pattern = rte_flow_item.allocateArray(count + 1, arena);
    for (int i = 0; i < count; i++) {
      FlowRule.Item item = rule.items().get(i);
      MemorySegment one = rte_flow_item.asSlice(pattern, i);
      rte_flow_item.type(one, item.type());
      rte_flow_item.spec(one, copy(arena, item.spec()));
      rte_flow_item.mask(one, copy(arena, item.mask()));
    }
    return pattern;
  }

  private static MemorySegment copy(Arena arena, byte[] bytes) {
    MemorySegment copy = arena.allocate(bytes.length, 8);
    MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
    return copy;
  }

  private static MemorySegment actions(Arena arena, FlowRule rule) {
    MemorySegment actions = rte_flow_action.allocateArray(2, arena);
    MemorySegment first = rte_flow_action.asSlice(actions, 0);
    if (rule.queue() == FlowRule.DROP) {
      rte_flow_action.type(first, Features.RTE_FLOW_ACTION_TYPE_DROP());
    } else {
      MemorySegment queue = rte_flow_action_queue.allocate(arena);
      rte_flow_action_queue.index(queue, (short) rule.queue());
      rte_flow_action.type(first, Features.RTE_FLOW_ACTION_TYPE_QUEUE());
      rte_flow_action.conf(first, queue);
    }
    return actions;
  }

  private static DriverException refused(FlowRule rule, MemorySegment error) {
    MemorySegment message = error.get(ADDRESS, rte_flow_error.message$offset());
    String why =
        message.address() == 0
            ? "it gives no reason"
            : message.reinterpret(MOST_MESSAGE).getString(0);
    return new DriverException(
        Reason.UNSUPPORTED,
        "rte_flow_create of \"" + rule.text() + "\" failed: the device says: " + why + ".",
        "Leave the rule out of the key \"flow\", or use a device whose poll mode driver has such"
            + " rules (net_tap needs the kernel's multiq queueing and flower classifier).");
  }

  /** Takes the rules away; again does nothing. */
  @Override
  public void close() {
    try (Arena arena = Arena.ofConfined()) {
      for (MemorySegment flow : flows.reversed()) {
        // A rule that cannot be taken away ends with the device.
        Features.rte_flow_destroy((short) port, flow, rte_flow_error.allocate(arena));
      }
    }
    flows.clear();
  }
}
