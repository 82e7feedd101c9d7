"""Writes what frameworks leave of a run's hyperparameters, and how Python reads it: one layout per call.

    python write.py LAYOUT      # in this directory; pytorch tensorboardx lightning huggingface ray hydra

Each call makes the directory LAYOUT and LAYOUT.json anew: what every run was configured with, by the libraries' own
readers (PyYAML, json, OmegaConf, TensorBoard's protobufs), with nested names joined by `/` and lists as JSON.

The files here were made with PyTorch 1.13.1 (Debian 12's python3-torch) on TensorBoard 2.21.0, tensorboardX 2.6.5,
transformers 4.44.2, Ray 2.58.0, hydra-core 1.3.8 (omegaconf 2.3.1) and PyYAML 6.0.4.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAYOUT = sys.argv[1]
ROOT = HERE / LAYOUT


def flat(value, name=""):
    """Nested names joined, lists as JSON."""
    if isinstance(value, dict):
        result = {}
        for key, inner in value.items():
            result |= flat(inner, f"{name}/{key}" if name else str(key))
        return result
    if isinstance(value, (list, tuple)):
        return {name: json.dumps(value)}
    return {name: value}


def sessions():
    """The parameters of the sessions in event files, as TensorBoard reads them, by run."""
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.hparams import plugin_data_pb2

    found = {}
    for path in sorted(ROOT.rglob("*tfevents*")):
        for raw in RawEventFileLoader(str(path)).Load():
            for value in Event.FromString(raw).summary.value:
                if value.tag == "_hparams_/session_start_info":
                    content = value.metadata.plugin_data.content
                    info = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info
                    values = {
                        name: getattr(v, v.WhichOneof("kind")) for name, v in info.hparams.items() if v.WhichOneof("kind")
                    }
                    found[str(path.parent.relative_to(ROOT))] = values
    return found


def train(writer, tag="loss"):
    for step in range(3):
        writer.add_scalar(tag, 1.0 / (step + 1), step, walltime=1.7e9 + step)


def add_hparams(new_writer):
    """Two runs that call it once, one that calls it twice, and a sweep whose trials are all that there is."""
    last = {}
    for run, trials in [("one", [0.1]), ("two", [0.2]), ("thrice", [0.1, 0.2, 0.3]), ("sweep", [0.1, 0.2])]:
        with new_writer(ROOT / run) as writer:
            if run != "sweep":
                train(writer)
            for lr in trials:
                writer.add_hparams({"lr": lr, "batch_size": 32, "opt": "adam", "amsgrad": True}, {"hparam/accuracy": 1 - lr})
                time.sleep(0.01)
    for name, values in sessions().items():
        run = name.split("/")[0]
        last[name if run == "sweep" else run] = values
    return last


def pytorch():
    from torch.utils.tensorboard import SummaryWriter

    return add_hparams(lambda path: SummaryWriter(str(path)))


def tensorboardx():
    from tensorboardX import SummaryWriter

    return add_hparams(lambda path: SummaryWriter(str(path)))


def lightning():
    """Lightning's own package does not import beside a PyTorch as old as this one, so the logger's two calls are made
    here: `yaml.dump` of the parameters into hparams.yaml, and PyTorch's writer in the same directory."""
    import torch
    import yaml
    from torch.utils.tensorboard import SummaryWriter

    found = {}
    for version, lr in enumerate([0.1, 0.01]):
        directory = ROOT / f"version_{version}"
        with SummaryWriter(str(directory)) as writer:
            train(writer)
        hparams = {
            "lr": lr,
            "betas": (0.9, 0.999),
            "optimizer": {"name": "adam", "weight_decay": 1e-4},
            "activation": torch.nn.ReLU,
            "data_dir": Path("data/train"),
            "dropout": None,
            "layers": [64, 32],
            "compile": True,
            "seed": version,
        }
        with open(directory / "hparams.yaml", "w", newline="") as file:
            yaml.dump(hparams, file)
        values = flat(yaml.unsafe_load((directory / "hparams.yaml").read_text()))
        values["activation"] = f"{values['activation'].__module__}.{values['activation'].__name__}"
        values["data_dir"] = str(values["data_dir"])
        found[f"version_{version}"] = values
    return found


def huggingface():
    from transformers import TrainerControl, TrainerState, TrainingArguments
    from transformers.integrations import TensorBoardCallback

    found = {}
    for run, lr in [("a", 5e-5), ("b", 1e-4)]:
        logs = ROOT / "runs" / run
        args = TrainingArguments("out", logging_dir=f"{LAYOUT}/runs/{run}", learning_rate=lr, use_cpu=True, report_to="tensorboard")
        callback = TensorBoardCallback()
        state, control = TrainerState(is_world_process_zero=True), TrainerControl()

        class Model:
            class config:
                @staticmethod
                def to_json_string():
                    return json.dumps({"hidden_size": 128, "model_type": "bert"}, indent=2)

        callback.on_train_begin(args, state, control, model=Model)
        for step in range(3):
            state.global_step = step
            callback.on_log(args, state, control, logs={"loss": 1.0 / (step + 1), "learning_rate": lr})
        callback.on_train_end(args, state, control)
        found[f"runs/{run}"] = flat(json.loads(args.to_json_string()))
    return found


def ray():
    from ray.tune.experiment import Trial
    from ray.tune.logger import JsonLoggerCallback, TBXLoggerCallback
    from ray.train._internal import storage

    # No cluster is needed to write files.
    storage._get_ray_train_session_dir = lambda: str(ROOT / "session")
    found = {}
    for number, lr in enumerate([0.1, 0.01]):
        config = {"lr": lr, "train_batch_size": 4000, "model": {"fcnet_hiddens": [64, 64], "vf_share_layers": False}, "env_config": {}, "seed": number}
        context = storage.StorageContext(str(ROOT), experiment_dir_name="PPO", trial_dir_name=f"PPO_{number}")
        trial = Trial("PPO", config=config, stub=True, trial_id=f"{number:08d}", storage=context)
        trial.init_local_path()
        loggers = [JsonLoggerCallback(), TBXLoggerCallback()]
        for logger in loggers:
            logger.log_trial_start(trial)
            for step in range(1, 4):
                logger.log_trial_result(step, trial, {"training_iteration": step, "timesteps_total": step, "episode_reward_mean": float(step), "config": config})
        # The session at the end of a trial is left out: what a trial that goes on, or was killed, leaves.
        for logger in loggers:
            for file in getattr(logger, "_trial_writer", {}).values():
                file.close()
        directory = Path(trial.local_path)
        target = ROOT / f"PPO_{number}"
        if directory != target:
            shutil.rmtree(target, ignore_errors=True)
            shutil.move(directory, target)
        # The same again, for Python alone.
        (target / "params.pkl").unlink()
        found[f"PPO_{number}"] = flat(json.loads((target / "params.json").read_text()))
    for path in ROOT.iterdir():
        if not path.name.startswith("PPO_"):
            shutil.rmtree(path)
    return found


HYDRA = """
import hydra
from pathlib import Path
from omegaconf import DictConfig
from tensorboardX import SummaryWriter

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(config: DictConfig):
    directory = Path(hydra.core.hydra_config.HydraConfig.get().runtime.output_dir)
    with SummaryWriter(str(directory / "tb")) as writer:
        for step in range(3):
            writer.add_scalar("loss", config.optimizer.lr / (step + 1), step, walltime=1.7e9 + step)

main()
"""


def hydra():
    from omegaconf import OmegaConf

    app = ROOT / "app"
    (app / "conf").mkdir(parents=True)
    (app / "main.py").write_text(HYDRA)
    (app / "conf/config.yaml").write_text(
        "optimizer:\n  name: adam\n  lr: 1e-3\nepochs: 3\nlayers: [64, 32]\ntie: false\nseed: 0\nnote: null\n"
    )
    multirun = [sys.executable, "main.py", "--multirun", "optimizer.lr=0.1,1e-2", "seed=0,1"]
    subprocess.run(
        [*multirun, "hydra.sweep.dir=../numbered", "hydra.sweep.subdir=${hydra.job.num}"], cwd=app, check=True
    )
    subprocess.run(
        [*multirun, "hydra.sweep.dir=../named", "hydra.sweep.subdir=${hydra.job.override_dirname}"], cwd=app, check=True
    )
    shutil.rmtree(app)
    found = {}
    for path in sorted(ROOT.rglob(".hydra/config.yaml")):
        run = path.parent.parent / "tb"
        # Its own configuration names this machine's paths.
        (path.parent / "hydra.yaml").unlink()
        values = flat(OmegaConf.to_container(OmegaConf.load(path)))
        found[str(run.relative_to(ROOT))] = values
    for path in [*ROOT.rglob("multirun.yaml"), *ROOT.rglob("*.log")]:
        path.unlink()
    return found


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir()
    os.chdir(HERE)
    found = {"pytorch": pytorch, "tensorboardx": tensorboardx, "lightning": lightning, "huggingface": huggingface, "ray": ray, "hydra": hydra}[LAYOUT]()
    host = socket.gethostname()
    for path in sorted(ROOT.rglob("*tfevents*")):
        path.rename(path.with_name(path.name.replace(host, "fixture")))
    for path in sorted(ROOT.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            for secret in [host.encode(), str(HERE).encode()]:
                if len(secret) > 4 and secret in content:
                    raise SystemExit(f"{path} contains {secret!r}")
    (HERE / f"{LAYOUT}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


main()
