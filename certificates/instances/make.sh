#!/usr/bin/env bash
# Regenerates the gallery's instances beside this script. Deterministic: fixed seeds; trained instances may differ in the last
# digits between platforms whose sin, cos and atan2 differ, the others are the same everywhere.
#   certificates/instances/make.sh [LOJACERT]        LOJACERT: the program, build/bin/lojacert unless said
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lojacert=$(realpath "${1:-$here/../../build/bin/lojacert}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"

make() { local kind=$1; "$lojacert" make "$@" | sed -n "s/^c approximate/$kind: approximate/p; s/^c written/$kind: written/p"; }
# train OUTPUT KEYS: trains from a specification made of KEYS (JSON members).
train() { echo "{\"format\": \"lojacert-training/1\", $2}" | "$lojacert" train - -o "$1" | sed -n "s/^c iterations/$1: iterations/p; s/^c approximate/$1: approximate/p"; }

orthonormal() { "$lojacert" make orthonormal --r "$1" --d "$2" -o "$work/orthonormal-$1-$2.json" >/dev/null; }
orthonormal 2 3
orthonormal 3 5
"$lojacert" make polygon --r 3 -o "$work/lines-3.json" >/dev/null
"$lojacert" make polygon --r 3 --neuron unit -o "$work/lines-3-unit.json" >/dev/null

# The paper's Figure 1(c): d = 2, m = 20, r = 3; every student ends on a teacher line.
train figure-1c.json "\"name\": \"the paper's Figure 1(c): 20 students, 3 lines in the plane\", \"teacher\": \"$work/lines-3.json\",
  \"m\": 20, \"seed\": 1, \"init_scale\": 0.3, \"step\": \"1/20\", \"target_loss\": \"1e-9\", \"iterations\": 3000000"

# As many students as teachers: linear convergence.
for loss in 1e-6 1e-12 1e-24 1e-40; do
  train "trained-m3-r3-$loss.json" "\"name\": \"m = r = 3, d = 5, trained to $loss\", \"teacher\": \"$work/orthonormal-3-5.json\",
    \"m\": 3, \"seed\": 4, \"step\": \"1/10\", \"target_loss\": \"$loss\", \"record_every\": 10, \"iterations\": 100000"
done

# More students than teachers: descent slows down to t^-2 .. t^-3; below 1e-12 the instances are contracted, not trained.
for loss in 1e-6 1e-12; do
  train "trained-m4-r2-$loss.json" "\"name\": \"m = 2r = 4, d = 3, trained to $loss\", \"teacher\": \"$work/orthonormal-2-3.json\",
    \"m\": 4, \"seed\": 3, \"step\": \"1/10\", \"target_loss\": \"$loss\", \"iterations\": 1000000"
  train "trained-m16-r2-$loss.json" "\"name\": \"m = 8r = 16, d = 3, trained to $loss\", \"teacher\": \"$work/orthonormal-2-3.json\",
    \"m\": 16, \"seed\": 3, \"step\": \"1/10\", \"target_loss\": \"$loss\", \"iterations\": 2000000"
done
for loss in 1e-24 1e-40; do
  make contract trained-m4-r2-1e-6.json --loss $loss --name "m = 2r = 4, d = 3, contracted to $loss" -o "contracted-m4-r2-$loss.json"
  make contract trained-m16-r2-1e-6.json --loss $loss --name "m = 8r = 16, d = 3, contracted to $loss" -o "contracted-m16-r2-$loss.json"
done
make contract trained-m4-r2-1e-6.json --loss 1e-600 --name "m = 2r = 4, d = 3, contracted to 1e-600" -o contracted-m4-r2-1e-600.json

# ReLU with a free linear term; one ReLU teacher after a long training; ReLU unit neurons near the orthonormal teacher.
train relu-linear-trained.json "\"name\": \"ReLU with a free linear term, m = 6, r = 3\", \"activation\": \"relu+linear\",
  \"teacher\": \"$work/orthonormal-3-5.json\", \"m\": 6, \"seed\": 2, \"step\": \"2/5\", \"target_loss\": \"1e-8\", \"iterations\": 1000000"
train relu-one-teacher-trained.json "\"name\": \"one ReLU teacher, three unit students, long training\", \"activation\": \"relu\", \"neuron\": \"unit\",
  \"teacher\": [[\"1\", \"0\", \"0\"]], \"m\": 3, \"seed\": 1, \"step\": \"1/10\", \"iterations\": 1000000"
train relu-m3-r3-trained.json "\"name\": \"ReLU, m = r = 3 unit neurons\", \"activation\": \"relu\", \"neuron\": \"unit\",
  \"teacher\": [[\"1\", \"0\", \"0\"], [\"0\", \"1\", \"0\"], [\"0\", \"0\", \"1\"]], \"m\": 3, \"seed\": 5, \"step\": \"1/5\", \"target_loss\": \"1e-12\", \"iterations\": 100000"

# Trained elsewhere: docs/examples/train_numpy.py, float32; the committed .npz is converted, never retrained here.
make import numpy-trained.npz --activation abs --neuron norm --teacher-neuron unit --name "trained in NumPy, float32" \
  --note "docs/examples/train_numpy.py with its defaults" -o numpy-trained.json

# Far from convergence: random, and the initialisation of the paper's Theorem 6.
make random --d 5 --m 8 --r 4 --seed 2024 --name "random, far from convergence" -o random-far.json
make init "$work/lines-3.json" --m 200 --seed 3 --name "the paper's initialisation: random directions, fitted masses" -o init-lines-3.json
# The same with so many directions that the loss is below the threshold of the claims about every student.
init() { # init OUTPUT NAME R D M
  orthonormal "$3" "$4"
  make init "$work/orthonormal-$3-$4.json" --m "$5" --keep 20 --seed 1 --name "the paper's initialisation: $2" -o "$1"
}
init init-one-d3.json "10000 directions, one teacher, d = 3" 1 3 10000
init init-orthonormal-2-d2.json "4000 directions, two teachers, d = 2" 2 2 4000
init init-orthonormal-2-d3.json "4 million directions, two teachers, d = 3" 2 3 4000000

# One teacher and more and more students at the same loss: certificates about descent do not depend on their number.
orthonormal 1 2
cp "$work/orthonormal-1-2.json" teacher-one-plane.json
for m in 1 2 8 64 1000; do
  make split "$work/orthonormal-1-2.json" --shares "$(yes "1/$m" | head -n "$m" | paste -sd,)" --perturb 0.05 --bits 53 -o "$work/split-$m.json"
  make contract "$work/split-$m.json" --loss 1e-6 --name "one teacher, m = $m, contracted to 1e-6" -o "width-$m.json"
done
# Near enough for Theorem I: ReLU, ReLU with a free linear term, and a student so light that nobody can say where it goes.
train relu-norm-trained.json "\"name\": \"ReLU, m = r = 2 norm students\", \"activation\": \"relu\", \"neuron\": \"norm\",
  \"teacher\": [[\"1\", \"0\", \"0\"], [\"0\", \"1\", \"0\"]], \"m\": 2, \"seed\": 5, \"step\": \"1/5\", \"target_loss\": \"1e-12\", \"record_every\": 10, \"iterations\": 100000"
train relu-linear-m3-trained.json "\"name\": \"ReLU with a free linear term, m = r = 3\", \"activation\": \"relu+linear\",
  \"teacher\": \"$work/orthonormal-3-5.json\", \"m\": 3, \"seed\": 2, \"step\": \"2/5\", \"target_loss\": \"1e-8\", \"record_every\": 10, \"iterations\": 100000"
cat >light-student.json <<'END'
{
  "format": "lojacert-instance/1",
  "name": "two students near two teachers, and a light one between them",
  "activation": "abs",
  "neuron": "norm",
  "teacher_neuron": "unit",
  "teacher": [["1", "0"], ["0", "1"]],
  "student": [["0.9999", "0.0001"], ["0.0001", "0.99995"], ["3e-7", "3e-7"]]
}
END

# Loss 0 exactly, and a box around a nearby point.
make split "$work/orthonormal-3-5.json" --shares 9/25,16/25 --name "split teacher, norm students, loss 0" -o split-norm-zero-loss.json
make split "$work/lines-3-unit.json" --shares 1/2,1/3,1/6 --name "split teacher, unit students, loss 0" -o split-unit-zero-loss.json
make split "$work/orthonormal-2-3.json" --shares 9/25,16/25 --perturb 1/100 --seed 8 --box-radius 1e-9 \
  --name "a box of radius 1e-9 around a perturbed split" -o box-split.json

# The ReLU spurious minimum with six neurons (Safran and Shamir 2018).
make critical --k 6 --name "spurious minimum of six ReLU neurons" -o relu-spurious-k6.json

# The paper's Claim 1: teachers that sum to 0 and students -w_i*: loss 0, directions not recovered.
cat >relu-claim1.json <<'JSON'
{
  "format": "lojacert-instance/1",
  "name": "the paper's Claim 1: ReLU, students opposite to teachers that sum to zero",
  "activation": "relu",
  "neuron": "unit",
  "teacher_neuron": "unit",
  "teacher": [["1", "0"], ["0", "1"], ["-1", "-1"]],
  "student": [["-1", "0"], ["0", "-1"], ["1", "1"]],
  "provenance": {"made_by": "certificates/instances/make.sh", "source": "the paper, Claim 1; relu(-z) = relu(z) - z, so L = 0 exactly"}
}
JSON

# The paper's Claim 2: students of length 1 at angles +-2 atan(s); the teacher is their exact sum, of length 2 cos(2 atan(s)).
claim2() {  # claim2 DELTA N: s = 1/N
  local n=$2
  local cosine="$((n * n - 1))/$((n * n + 1))" sine="$((2 * n))/$((n * n + 1))"
  cat >"claim2-pair-$1.json" <<JSON
{
  "format": "lojacert-instance/1",
  "name": "the paper's Claim 2: one teacher between two students at angles +-$1",
  "activation": "abs",
  "neuron": "norm",
  "teacher_neuron": "unit",
  "teacher": [["$((2 * (n * n - 1)))/$((n * n + 1))", "0"]],
  "student": [["$cosine", "$sine"], ["$cosine", "-$sine"]],
  "provenance": {"made_by": "certificates/instances/make.sh", "source": "the paper, Claim 2; students of length 1 at angles +-2 atan(1/$n), close to $1, with |w_1|w_1 + |w_2|w_2 = w* exactly"}
}
JSON
}
claim2 1e-2 200
claim2 1e-6 2000000

# Teachers alone: orthonormal, known by their Gram matrix, and nearly parallel.
make orthonormal --r 2 --d 2 --name "two orthonormal teachers" -o teacher-orthonormal-2.json
# teacher OUTPUT NAME KEYS: a teacher made of KEYS (JSON members).
teacher() { echo "{\"format\": \"lojacert-instance/1\", \"name\": \"$2\", $3}" > "$work/$1"; make import "$work/$1" -o "$1"; }
teacher teacher-60-degrees.json "two teachers at 60 degrees, by their Gram matrix" \
  '"activation": "abs", "neuron": "unit", "teacher": {"gram": [["1", "1/2"], ["1/2", "1"]]}'
teacher teacher-10-degrees.json "two ReLU teachers at 10 degrees and of different sizes" \
  '"activation": "relu", "neuron": "norm", "teacher_neuron": "norm", "teacher": [["1", "0", "0"], ["17/10", "3/10", "0"]]'
# The teachers of the claim about every width.
for r in 1 3 4 5 6; do
  make orthonormal --r "$r" --d "$r" --name "$r orthonormal teacher$([[ $r == 1 ]] || echo s)" -o "teacher-orthonormal-$r.json"
done
abs='"activation": "abs", "neuron": "norm"'
teacher teacher-orthonormal-2-unit.json "two orthonormal teachers, students in unit form" \
  '"activation": "abs", "neuron": "unit", "teacher": [["1", "0"], ["0", "1"]]'
teacher teacher-orthonormal-2-relu.json "two orthonormal ReLU teachers" \
  '"activation": "relu", "neuron": "norm", "teacher": [["1", "0"], ["0", "1"]]'
teacher teacher-orthonormal-2-relu-linear.json "two orthonormal ReLU teachers with a free linear term" \
  '"activation": "relu+linear", "neuron": "norm", "teacher": [["1", "0"], ["0", "1"]]'
teacher teacher-60-degrees-norm.json "two teachers at 60 degrees, students in norm form" "$abs, \"teacher\": {\"gram\": [[\"1\", \"1/2\"], [\"1/2\", \"1\"]]}"
teacher teacher-three-60-degrees.json "three teachers at mutual 60 degrees" \
  "$abs, \"teacher\": {\"gram\": [[\"1\", \"1/2\", \"1/2\"], [\"1/2\", \"1\", \"1/2\"], [\"1/2\", \"1/2\", \"1\"]]}"
teacher teacher-three-lines.json "three lines in the plane at 60 degrees" \
  "$abs, \"teacher\": {\"gram\": [[\"1\", \"1/2\", \"-1/2\"], [\"1/2\", \"1\", \"1/2\"], [\"-1/2\", \"1/2\", \"1\"]]}"
# rational vectors of length 1 at about the angle whose half has tangent n/d
plane() { # plane DEGREES N D
  local n=$2 d=$3
  teacher "teacher-about-$1-degrees.json" "two teachers at about $1 degrees" \
    "$abs, \"teacher\": [[\"1\", \"0\"], [\"$((d * d - n * n))/$((d * d + n * n))\", \"$((2 * n * d))/$((d * d + n * n))\"]]"
}
plane 45 41 99
plane 30 15 56
plane 10 7 80
plane 1 1 115
teacher teacher-lengths-1-10.json "two orthogonal teachers of lengths 1 and 10" "$abs, \"teacher\": [[\"1\", \"0\"], [\"0\", \"10\"]]"
teacher teacher-four-in-space.json "four teachers in space" \
  "$abs, \"teacher\": [[\"1\", \"0\", \"0\"], [\"0\", \"1\", \"0\"], [\"0\", \"0\", \"1\"], [\"2/3\", \"2/3\", \"1/3\"]]"
make random --d 20 --m 1 --r 4 --seed 4 --name "four random teachers in 20 dimensions" -o "teacher-random-4-d20.json"

# Near a global minimum, and yet L is not convex there.
for loss in 1e-6 1e-24; do
  make tilt "$work/orthonormal-2-3.json" --loss "$loss" --name "two equal students near one teacher, a third at another: L = $loss" -o "tilt-$loss.json"
done
make tilt "$work/lines-3-unit.json" --loss 1e-24 --name "unit form: two equal students near one of three lines: L = 1e-24" -o tilt-unit-1e-24.json

# A box on which Theorem A gives a larger kappa than evaluation.
teacher box-one-student.json "one student within 1/500 of 1.1 times its teacher" \
  '"activation": "abs", "neuron": "norm", "teacher": [["1", "0"]], "student": [["[549/500,551/500]", "[-1/500,1/500]"]]'
