#!/usr/bin/env bash
# SpiffWorkflow 3.2.0: a timer that comes monthly, R…/2025-09-01T08:00:00+08:00/P1M, comes every 30 days: on 1 October, 31 October, 30 November
# and 30 December. The month is turned into seconds once, by the length of the one it begins in, and these seconds are added each time.
# So October has two, and a year has a thirteenth. From 31 January on it comes every 31 days: never in February.
# BPMN 2.0.2 has timeCycle follow ISO 8601's recurring intervals, in which P1M is a month of the calendar.
# @0dep/piso 3.1.0, by which bpmn-engine 25.0.1 reads such texts, names the 1st of each month.
# What follows: reminders, payments and checks of each month are timers by date (timeDate), set anew each time, not a cycle of P1M.
# Needs Python >= 3.10 with venv, pip, Node.js >= 20 and npm. Fails when the behaviour changes.
set -euo pipefail
export TZ=Asia/Shanghai
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet SpiffWorkflow==3.2.0
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @0dep/piso@3.1.0 2>/dev/null

cat >run.py <<'PY'
from datetime import datetime
from zoneinfo import ZoneInfo

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="all" targetNamespace="urn:reminders">
  <process id="reminders" isExecutable="true">
    <startEvent id="start"><outgoing>a</outgoing></startEvent>
    <sequenceFlow id="a" sourceRef="start" targetRef="timer" />
    <intermediateCatchEvent id="timer"><incoming>a</incoming><outgoing>b</outgoing>
      <timerEventDefinition><timeCycle>"{cycle}"</timeCycle></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="b" sourceRef="timer" targetRef="end" />
    <endEvent id="end"><incoming>b</incoming></endEvent>
  </process>
</definitions>"""


def after(times, start):
    """When the timer would come next, after it came some times in the past."""
    parser = BpmnParser()
    parser.add_bpmn_str(PROCESS.format(cycle=f"R{times}/{start}/P1M").encode())
    workflow = BpmnWorkflow(parser.get_spec("reminders"))
    workflow.do_engine_steps()
    for _ in range(times):
        workflow.refresh_waiting_tasks()
    (timer,) = workflow.get_tasks(spec_name="timer")
    value = datetime.fromisoformat(timer.internal_data["event_value"]["next"])
    return value.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d")


for start in "2025-09-01T08:00:00+08:00", "2025-01-31T08:00:00+08:00":
    print(f"SpiffWorkflow, monthly from {start[:10]}:", *(after(times, start) for times in (1, 2, 3, 4)))
PY
cat >read.mjs <<'JS'
import { parseInterval } from '@0dep/piso';

const text = 'R5/2025-09-01T08:00:00+08:00/P1M';
const next = [];
let at = new Date('2025-09-01T08:00:00+08:00');
while (next.length < 4) {
  at = parseInterval(text).getExpireAt(at);
  next.push(at.toLocaleDateString('sv-SE'));
}
console.log(`@0dep/piso, monthly from 2025-09-01: ${next.join(' ')}`);
JS
seen=$(
  env/bin/python run.py
  node read.mjs
)
echo "$seen"
expected='SpiffWorkflow, monthly from 2025-09-01: 2025-10-01 2025-10-31 2025-11-30 2025-12-30
SpiffWorkflow, monthly from 2025-01-31: 2025-03-03 2025-04-03 2025-05-04 2025-06-04
@0dep/piso, monthly from 2025-09-01: 2025-10-01 2025-11-01 2025-12-01 2026-01-01'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
