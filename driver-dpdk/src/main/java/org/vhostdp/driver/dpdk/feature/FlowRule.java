package org.vhostdp.driver.dpdk.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * What an operator wrote of one flow: headers from the outside in, each with bytes that must match,
 * and where its frames go.
 */
final class FlowRule {
  /** A queue number that means: nowhere. */
  static final int DROP = -1;

  /** One header: RTE_FLOW_ITEM_TYPE_*, and what its bytes must be where the mask has ones. */
  record Item(int type, byte[] spec, byte[] mask) {}

  private final String text;
  private final List<Item> items = new ArrayList<>();
  private int queue = DROP;

  FlowRule(String text) {
    this.text = text;
  }

  /** As the operator wrote it. */
  String text() {
    return text;
  }

  List<Item> items() {
    return items;
  }

  int queue() {
    return queue;
  }

  void to(int queue) {
    this.queue = queue;
  }
}
