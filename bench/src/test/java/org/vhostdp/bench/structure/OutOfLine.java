package org.vhostdp.bench.structure;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.bench.structure.InliningLog.Call;

/**
 * A call on the hot path that may stay a call: the callee is a compile unit of its own, kept small
 * enough for all its memory accesses to be inlined. Whether C2 inlines it depends on what it
 * compiled first.
 *
 * @param caller class and method, without packages
 * @param callee the same
 * @param why how often it is made
 */
record OutOfLine(String caller, String callee, Why why) {
  /** How often a call is made. */
  enum Why {
    /** Once per burst. */
    BURST,
    /** Once per run of plain frames or chains: once per burst if all are plain. */
    RUN,
    /** Once per frame that is not plain: scattered, indirect, or with metadata. */
    UNUSUAL,
    /** Once per frame, as the SPI has it for foreign memory. */
    FOREIGN
  }

  static final List<OutOfLine> ALLOWED = new ArrayList<>();

  static {
    allow(Why.BURST, "TurnLoop::turns", "TurnLoop::round", "TurnLoop::drainCommands");
    allow(Why.BURST, "TurnLoop::turns", "TurnLoop::sharedRound", "TurnLoop::turn");
    allow(Why.BURST, "TurnLoop::round", "TurnLoop::turn");
    allow(Why.BURST, "TurnLoop::turn", "QueuePair::poll", "TurnLoop::idle");
    allow(Why.BURST, "QueuePair::poll", "QueuePair::pollTransmit", "QueuePair::pollReceive");
    allow(Why.BURST, "QueuePair::pollTransmit", "TransmitPath::poll");
    allow(Why.BURST, "QueuePair::pollReceive", "ReceivePath::poll");
    allow(Why.BURST, "PrivateQueue::poll", "TransmitPath::poll", "ReceivePath::poll");
    allow(Why.BURST, "TransmitPath::poll", "TransmitPath::sendCopies", "TransmitPath::sendForeign");
    allow(Why.BURST, "TransmitPath::poll", "SplitRing::collect", "PackedRing::collect");
    allow(Why.BURST, "TransmitPath::poll", "SplitRing::complete", "PackedRing::complete");
    allow(Why.BURST, "TransmitPath::poll", "QueueSide::publish");
    allow(Why.BURST, "TransmitPath::sendCopies", "TransmitPath::fillBatch");
    allow(Why.BURST, "TransmitPath::sendCopies", "SinkTx::claim", "SinkTx::transmit");
    allow(Why.BURST, "TransmitPath::sendForeign", "SinkTx::transmit");
    allow(Why.BURST, "TransmitPath::poll", "DeviceRing::takeBack");
    allow(Why.BURST, "TransmitPath::poll", "DeviceRing::collect", "DeviceRing::complete");
    allow(Why.BURST, "TransmitPath::fillBatch", "DeviceRing::prepare");
    allow(Why.BURST, "TransmitPath::sendCopies", "TxQueue::claim", "TxQueue::transmit");
    allow(Why.BURST, "ReceivePath::poll", "RxQueue::receive");
    allow(Why.BURST, "ReceivePath::deliver", "DeviceRing::complete", "RxQueue::release");
    allow(Why.BURST, "ReceivePath::collectMore", "DeviceRing::collect");
    allow(Why.BURST, "QueueSide::publish", "DeviceRing::flush", "DeviceRing::interruptWanted");
    allow(Why.RUN, "TransmitPath::fillBatch", "TransmitPath::fillPlain");
    allow(Why.RUN, "TransmitPath::fillBatch", "TransmitPath::fillUsual", "Chains::unfold");
    allow(Why.UNUSUAL, "TransmitPath::fillBatch", "TransmitPath::describe");
    allow(Why.FOREIGN, "TransmitPath::sendForeign", "TransmitPath::refer");

    allow(Why.BURST, "ReceivePath::poll", "ReceivePath::deliver", "ReceivePath::direct");
    allow(Why.BURST, "ReceivePath::poll", "SourceRx::receive", "ReceivePath::windowHolds");
    allow(Why.BURST, "ReceivePath::windowHolds", "ReceivePath::collectMore");
    allow(Why.BURST, "ReceivePath::deliver", "ReceivePath::collectMore", "QueueSide::publish");
    allow(Why.BURST, "ReceivePath::deliver", "SplitRing::complete", "PackedRing::complete");
    allow(Why.BURST, "ReceivePath::deliver", "SourceRx::release");
    allow(Why.BURST, "ReceivePath::direct", "SplitRing::complete", "PackedRing::complete");
    allow(Why.BURST, "ReceivePath::direct", "QueueSide::publish");
    allow(Why.BURST, "ReceivePath::collectMore", "SplitRing::collect", "PackedRing::collect");
    allow(Why.RUN, "ReceivePath::deliver", "ReceivePath::placePlain");
    allow(
        Why.RUN, "ReceivePath::placePlain", "ReceivePath::placePlain", "ReceivePath::placeSingles");
    allow(Why.RUN, "ReceivePath::deliver", "Chains::unfold");
    allow(Why.FOREIGN, "ReceivePath::holds", "Chains::unfold");
    allow(Why.BURST, "ReceivePath::poll", "ReceivePath::buffersFrom");
    allow(Why.UNUSUAL, "ReceivePath::deliver", "ReceivePath::place");
    allow(Why.UNUSUAL, "ReceivePath::place", "ScatterCursor::hashedHeader", "ScatterCursor::write");
    allow(Why.UNUSUAL, "ScatterCursor::header", "ScatterCursor::hashedHeader");
    allow(Why.UNUSUAL, "ScatterCursor::hashedHeader", "ScatterCursor::write");
    allow(Why.FOREIGN, "ReceivePath::direct", "SourceRx::receiveInto", "ReceivePath::finish");
    allow(Why.FOREIGN, "ReceivePath::direct", "ReceivePath::buffersFrom");
    allow(Why.FOREIGN, "ReceivePath::finish", "ScatterCursor::header");
    allow(Why.FOREIGN, "ReceivePath::finish", "ScatterCursor::hashedHeader");

    allow(Why.BURST, "SplitRing::collect", "SplitRing::read");
    allow(Why.RUN, "SplitRing::read", "SplitRing::readPlain");
    allow(Why.RUN, "SplitRing::readPlain", "SplitRing::readPlain");
    allow(Why.RUN, "SplitRing::read", "SplitRing::readShort");
    allow(Why.RUN, "SplitRing::readShort", "SplitRing::readShort");
    allow(Why.UNUSUAL, "SplitRing::readShort", "IndirectTable::read");
    allow(Why.UNUSUAL, "SplitRing::read", "SplitRing::readAny");
    allow(Why.UNUSUAL, "SplitRing::readAny", "SplitRing::walk");
    allow(Why.UNUSUAL, "SplitRing::walk", "SplitRing::walkIndirect", "DeviceRing::loadIndirect");
    allow(Why.RUN, "PackedRing::collect", "PackedRing::readPlain", "PackedRing::readShort");
    allow(Why.RUN, "PackedRing::readPlain", "PackedRing::readPlain");
    allow(Why.RUN, "PackedRing::readShort", "PackedRing::readShort");
    allow(Why.UNUSUAL, "PackedRing::readShort", "IndirectTable::read");
    allow(Why.UNUSUAL, "PackedRing::collect", "PackedRing::walk");
    allow(Why.UNUSUAL, "PackedRing::walk", "PackedRing::walkIndirect", "DeviceRing::loadIndirect");

    allow(Why.BURST, "SinkTx::claim", "TxFrames::claim");
    allow(Why.FOREIGN, "SinkTx::takeAny", "FrameCheck::check");
    allow(Why.FOREIGN, "FrameCheck::check", "FrameCheck::checkAll");
    allow(Why.BURST, "SinkTx::transmit", "TxFrames::takePlain", "SinkTx::takeAny");
  }

  private static void allow(Why why, String caller, String... callees) {
    for (String callee : callees) {
      ALLOWED.add(new OutOfLine(caller, callee, why));
    }
  }

  boolean covers(Call call) {
    return isMethod(call.callee(), callee)
        && call.callers().stream().anyMatch(above -> isMethod(above, caller));
  }

  private static boolean isMethod(String full, String name) {
    return full.endsWith("." + name);
  }
}
